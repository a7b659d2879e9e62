"""Wheels of a lock in a mirror: fetched with their digests, linked from a page, and refused when they are others."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from rackwright.diagnostics import StepFailed
from rackwright.lock.model import Lock, OperatingSystem, Package
from rackwright.mirror import MirrorSettings, sync, verify
from tests.wheel_stand_ins import build_wheel

SYSTEM = OperatingSystem(distribution="debian", release="trixie")


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of wheels, which is all that pip is told of."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "index"))
    return tmp_path / "index"


def mirrored(folder: Path, lock: Lock) -> None:
    sync(
        folder,
        "sample",
        lock,
        MirrorSettings(wheels=False),
        tools=(),
        requirements=folder / "none",
        state=folder.parent / "state",
        on_progress=lambda line: None,
        parts=("wheels",),
    )


def test_the_wheels_of_a_lock_come_into_the_mirror_and_a_node_finds_them_there_by_a_page(
    tmp_path: Path, index: Path
) -> None:
    name, package = build_wheel(index, "cudnn", "9.20.0.48")
    mirror = tmp_path / "mirror"
    mirrored(mirror, Lock(os=SYSTEM, packages={name: package}))
    assert verify(mirror) == []
    page = (mirror / "wheels/index.html").as_uri()
    required = tmp_path / "required"
    required.write_text(f"{name}=={package.version} --hash={package.digest}\n")
    words = [
        "install",
        "--quiet",
        "--no-deps",
        "--require-hashes",
        "--find-links",
        page,
        "--requirement",
        str(required),
    ]
    subprocess.run([sys.executable, "-m", "pip", *words, "--target", str(tmp_path / "node")], check=True)
    assert (tmp_path / "node/nvidia/cudnn/lib/libcudnn.so.9").is_file()


def test_a_lock_that_goes_on_to_another_wheel_takes_the_old_one_out_of_the_mirror(tmp_path: Path, index: Path) -> None:
    mirror = tmp_path / "mirror"
    for release in ("9.19.0.56", "9.20.0.48"):
        name, package = build_wheel(index, "cudnn", release)
        mirrored(mirror, Lock(os=SYSTEM, packages={name: package}))
    assert [path.name for path in (mirror / "wheels").glob("*.whl")] == ["nvidia_cudnn_cu12-9.20.0.48-py3-none-any.whl"]
    assert "9.19" not in (mirror / "wheels/index.html").read_text()


@pytest.mark.parametrize("digest", [None, "sha256:" + "0" * 64])
def test_a_wheel_that_is_not_the_locks_or_that_the_lock_has_no_digest_of_is_refused(
    tmp_path: Path, index: Path, digest: str | None
) -> None:
    name, package = build_wheel(index, "cudnn", "9.20.0.48")
    lock = Lock(os=SYSTEM, packages={name: Package.model_validate({**package.model_dump(), "digest": digest})})
    with pytest.raises(StepFailed, match="could not fetch the Python packages"):
        mirrored(tmp_path / "mirror", lock)
    assert list((tmp_path / "mirror/wheels").glob("*")) == []
