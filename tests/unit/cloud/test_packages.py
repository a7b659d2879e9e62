"""Packages of our own: the same bytes from the same content, and an index that apt can check."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest

from rackwright.cloud.base_root import PACKAGES, Recipe, complaint
from rackwright.cloud.packages import Control, build_package, publish
from rackwright.cloud.toolkit import MODULE_SUMS, Toolkit, why_not_these
from rackwright.diagnostics import StepFailed

CONTROL = Control("tool", "1.0-1", "amd64", "a tool", "built here\n\nfrom source", depends="libc6")
needs_dpkg = pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="no dpkg-deb here")


def built(folder: Path, content: str = "#!/bin/sh\n") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "program").write_text(content)
    return build_package(CONTROL, {"usr/bin/tool": folder / "program"}, folder / "tool_1.0-1_amd64.deb")


def test_a_control_file_wraps_its_description_as_the_policy_asks() -> None:
    assert CONTROL.text().endswith("Depends: libc6\nDescription: a tool\n built here\n .\n from source\n")


@needs_dpkg
def test_the_same_content_gives_the_same_bytes(tmp_path: Path) -> None:
    assert built(tmp_path / "a").read_bytes() == built(tmp_path / "b").read_bytes()
    assert built(tmp_path / "a").read_bytes() != built(tmp_path / "c", "#!/bin/sh\nexit 1\n").read_bytes()


@needs_dpkg
def test_the_index_names_every_package_with_its_hash_and_forgets_old_ones(tmp_path: Path) -> None:
    package, repository = built(tmp_path / "a"), tmp_path / "repo"
    publish(repository, {"old.deb": package})
    publish(repository, {package.name: package})
    index = (repository / "Packages").read_text()
    assert index.count("Package: tool\n") == 1
    assert f"SHA256: {hashlib.sha256(package.read_bytes()).hexdigest()}\n" in index
    assert hashlib.sha256(index.encode()).hexdigest() in (repository / "Release").read_text()
    assert sorted(path.name for path in repository.iterdir()) == ["Packages", "Release", package.name]


def test_an_empty_repository_is_one_that_apt_can_read(tmp_path: Path) -> None:
    publish(tmp_path, {})
    assert (tmp_path / "Packages").read_text() == ""
    assert (tmp_path / "Release").is_file()


def test_the_toolkit_says_that_it_was_built_here_and_has_the_version_of_nvidias_repository() -> None:
    control = Toolkit("1.20.1").control([]).text()
    assert "Package: nvidia-container-toolkit\nVersion: 1.20.1-1\n" in control
    assert "Built from source by Rackwright" in control
    assert "not NVIDIA's own package" in control


def test_a_module_with_another_checksum_is_refused() -> None:
    toolkit = Toolkit("1.20.1")
    toolkit.check_sum(f'{{"Sum": "{MODULE_SUMS["1.20.1"]}"}}')
    with pytest.raises(StepFailed, match="expected h1:"):
        toolkit.check_sum('{"Sum": "h1:other"}')


def test_each_version_of_the_toolkit_is_built_by_itself() -> None:
    assert Toolkit("1.20.1").key != Toolkit("1.20.0").key
    assert all("@v1.20.0" in part for part in Toolkit("1.20.0").commands()[-1][-3:])


@pytest.mark.parametrize(
    ("go", "libc", "reason"),
    [
        ("go1.26.8", "2.36", None),
        ("go1.27", "2.41", None),
        ("go1.24.4", "2.36", "needs go1.26"),
        ("go1.26.8", "2.42", "C library"),
        ("go1.26.8", "", "not glibc"),
    ],
)
def test_an_old_go_or_a_newer_c_library_sends_the_build_into_a_debian_root(
    go: str, libc: str, reason: str | None
) -> None:
    why = why_not_these(go, libc)
    assert (why is None) if reason is None else (why is not None and reason in why)


def test_a_changed_recipe_makes_another_root() -> None:
    assert Recipe().key == Recipe().key
    assert Recipe(packages=(*PACKAGES, "jq")).key != Recipe().key
    assert Recipe(release="forky").key != Recipe().key


def test_a_mirror_that_does_not_answer_is_named_in_apts_own_words() -> None:
    said = [
        "I: running apt-get update...",
        "E: Failed to fetch http://m/debian/dists/trixie/InRelease  Could not connect to m:80",
        "E: apt-get update --error-on=any failed",
        "E: mmdebstrap failed to run",
    ]
    assert complaint(said) == "Failed to fetch http://m/debian/dists/trixie/InRelease  Could not connect to m:80"
    assert complaint(said[2:]) == "apt-get update --error-on=any failed"
    assert complaint(["something else"]) == "something else"


def test_the_toolkits_package_asks_for_the_c_library_that_its_programs_need() -> None:
    programs = (b"\0GLIBC_2.2.5\0GLIBC_2.34\0", b"\0GLIBC_2.9\0")
    assert Toolkit("1.20.1").control(programs).depends == "libc6 (>= 2.34)"
    assert Toolkit("1.20.1").control([b"static"]).depends == "libc6 (>= 2.0)"
