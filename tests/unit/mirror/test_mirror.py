"""The mirror against sources on loopback: first run, cut, second run, wrong bytes, and the judgement of a folder."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rackwright.diagnostics import InputError, StepFailed
from rackwright.lock.model import Archive, Image, Lock, OperatingSystem, Package
from rackwright.mirror import MirrorSettings, load_settings, sync, verify
from rackwright.mirror import fetch as fetching
from rackwright.mirror.apt import left_out, parse_uris, release_text, wanted_names
from rackwright.mirror.charts import chart_in
from rackwright.mirror.fetch import Wanted, fetch
from rackwright.mirror.manifest import Entry, Manifest, hash_file, read_manifest
from rackwright.mirror.oci import MANIFESTS
from rackwright.mirror.settings import Chart
from tests.unit.mirror.source import Source, serving

SYSTEM = OperatingSystem(distribution="debian", release="trixie")


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "FIRST_WAIT_S", 0.0)


@pytest.fixture
def source() -> Iterator[Source]:
    with serving(Source()) as running:
        yield running


def publish_image(source: Source, repository: str) -> str:
    """An index over one image with one layer; its digest."""
    layer, config = b"layer" * 1000, b'{"os": "linux"}'
    blob = f"/v2/{repository}/blobs/sha256:"
    image = {
        "schemaVersion": 2,
        "mediaType": MANIFESTS[1],
        "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": f"sha256:{sha(config)}"},
        "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": f"sha256:{sha(layer)}"}],
    }
    manifest = json.dumps(image).encode()
    listed = [{"mediaType": MANIFESTS[1], "digest": f"sha256:{sha(manifest)}"}]
    index = json.dumps({"schemaVersion": 2, "mediaType": MANIFESTS[0], "manifests": listed}).encode()
    source.content |= {f"{blob}{sha(layer)}": layer, f"{blob}{sha(config)}": config, "/v2/": b"{}"}
    for data in (manifest, index):
        source.content[f"/v2/{repository}/manifests/sha256:{sha(data)}"] = data
    return f"sha256:{sha(index)}"


def run(folder: Path, lock: Lock, settings: MirrorSettings, *parts: str) -> Any:
    return sync(
        folder,
        "sample",
        lock,
        settings,
        tools=(),
        requirements=folder / "none",
        state=folder.parent / "state",
        on_progress=lambda line: None,
        parts=parts or ("images", "files", "charts"),
    )


def test_an_image_comes_whole_with_a_token_and_a_second_run_fetches_nothing(tmp_path: Path, source: Source) -> None:
    digest = publish_image(source, "nvidia/pytorch")
    source.token, source.content["/token"] = "secret", b'{"token": "secret"}'
    lock = Lock(os=SYSTEM, images={"nvcr.io/nvidia/pytorch:25.10": Image(digest=digest)})
    settings = MirrorSettings(registries={"nvcr.io": source.address})
    folder = tmp_path / "mirror"
    assert run(folder, lock, settings, "images").bytes_fetched > 5000
    layout = json.loads((folder / "images/index.json").read_text())
    assert [one["digest"] for one in layout["manifests"]] == [digest]
    assert verify(folder) == []
    source.asked.clear()
    assert run(folder, lock, settings, "images").bytes_fetched == 0
    assert {path for path, _ in source.asked} <= {"/v2/", "/token"}


def test_a_cut_download_goes_on_where_it_stopped(tmp_path: Path, source: Source) -> None:
    data = bytes(range(256)) * 4000
    source.content["/model"], source.cut_after = data, 300_000
    entry, _ = fetch(tmp_path, Wanted("files/model", f"{source.address}/model", "file", sha(data)))
    assert (entry.sha256, (tmp_path / entry.path).read_bytes()) == (sha(data), data)
    assert source.asked[-1][1].startswith("bytes=")
    assert list(tmp_path.rglob("*.part")) == []


def test_a_source_that_is_away_for_a_moment_is_asked_again(tmp_path: Path, source: Source) -> None:
    source.content["/x"], source.failures = b"x", [503, 502]
    assert fetch(tmp_path, Wanted("files/x", f"{source.address}/x", "file"))[1] == 1
    with pytest.raises(StepFailed, match="404"):
        fetch(tmp_path, Wanted("files/y", f"{source.address}/y", "file"))
    assert [path for path, _ in source.asked].count("/y") == 1, "what is not there is asked for once"


def test_bytes_that_are_not_as_named_never_get_in(tmp_path: Path, source: Source) -> None:
    source.content["/x"] = b"changed on the way"
    with pytest.raises(StepFailed, match="not what it should be"):
        fetch(tmp_path, Wanted("files/x", f"{source.address}/x", "file", sha(b"as published")))
    assert list(tmp_path.rglob("*")) == [tmp_path / "files"]


def test_a_run_that_fails_keeps_what_it_has(tmp_path: Path, source: Source) -> None:
    source.content["/a.tar"] = b"a"
    archives = {
        name: Archive(version="1", url=f"{source.address}/{name}.tar", digest=f"sha256:{sha(name.encode())}", role="x")
        for name in ("a", "b")
    }
    lock, folder = Lock(os=SYSTEM, archives=archives), tmp_path / "mirror"
    with pytest.raises(StepFailed, match=r"b\.tar"):
        run(folder, lock, MirrorSettings(parallel=1), "files")
    source.content["/b.tar"] = b"b"
    source.asked.clear()
    run(folder, lock, MirrorSettings(parallel=1), "files")
    assert [path for path, _ in source.asked] == ["/b.tar"]


def test_what_a_new_lock_does_not_name_goes(tmp_path: Path, source: Source) -> None:
    source.content["/a.tar"] = b"a"
    archive = Archive(version="1", url=f"{source.address}/a.tar", digest=f"sha256:{sha(b'a')}", role="x")
    folder = tmp_path / "mirror"
    run(folder, Lock(os=SYSTEM, archives={"a": archive}), MirrorSettings(), "files")
    assert run(folder, Lock(os=SYSTEM), MirrorSettings(), "files").removed == 1
    assert verify(folder) == []


def test_a_chart_is_found_in_its_repositorys_index(tmp_path: Path, source: Source) -> None:
    text = f"entries:\n  op:\n  - {{version: v1.2, digest: {sha(b'chart')}, urls: [charts/op.tgz]}}\n"
    source.content |= {"/helm/index.yaml": text.encode(), "/helm/charts/op.tgz": b"chart"}
    chart = Chart(repository=f"{source.address}/helm", name="op", version="v1.2")
    folder = tmp_path / "mirror"
    run(folder, Lock(os=SYSTEM), MirrorSettings(charts=(chart,)), "charts")
    assert (folder / "charts/op-v1.2.tgz").read_bytes() == b"chart"
    with pytest.raises(StepFailed, match="it has v1"):
        chart_in({"entries": {"op": [{"version": "v1", "urls": ["x"]}]}}, chart)


@given(st.data())
def test_every_missing_changed_and_foreign_file_is_found(data: st.DataObject) -> None:
    import tempfile

    listed = data.draw(st.lists(st.from_regex(r"[a-c]{1,3}", fullmatch=True), unique=True, max_size=6))
    fates = {name: data.draw(st.sampled_from(["kept", "missing", "changed", "longer"])) for name in listed}
    foreign = data.draw(st.lists(st.from_regex(r"[x-z]{1,2}", fullmatch=True), unique=True, max_size=3))
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        entries = {name: Entry(name, sha(name.encode()), len(name), "file") for name in listed}
        Manifest("s", entries).write(folder)
        texts = {"kept": lambda name: name, "changed": lambda name: "-" * len(name), "longer": lambda name: name + "-"}
        for name in [name for name in listed if fates[name] != "missing"]:
            (folder / name).write_text(texts[fates[name]](name))
        for name in foreign:
            (folder / name).touch()
        found = {one.path: one.problem for one in verify(folder)}
    wanted = {name: "changed" if fate == "longer" else fate for name, fate in fates.items() if fate != "kept"}
    assert found == wanted | dict.fromkeys(foreign, "foreign")


def test_a_folder_without_a_manifest_is_no_mirror(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no mirror"):
        read_manifest(tmp_path)


def test_mistakes_in_the_settings_are_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "x.mirror.yaml"
    path.write_text("parallel: 0\nregistry: {}\n")
    with pytest.raises(InputError) as told:
        load_settings(path)
    assert {problem.where for problem in told.value.problems} == {"parallel", "registry"}
    assert load_settings(tmp_path / "none.yaml") == MirrorSettings()


def test_apt_is_asked_for_what_a_repository_can_have() -> None:
    packages = {
        "munge": Package(version="0.5", role="munge"),
        "nvidia-container-toolkit": Package(version="1.20", role="x", source="built"),
    }
    lock = Lock(os=SYSTEM, packages=packages)
    assert wanted_names(lock, ["nftables", "munge"]) == ["munge=0.5", "nftables"]
    assert left_out(lock) == {"nvidia-container-toolkit": "built"}


def test_apts_answer_is_read_and_its_talk_is_not() -> None:
    line = f"'http://m.example/pool/a_1.deb' a_1.deb 12 SHA256:{'a' * 64}"
    assert parse_uris(f"Reading package lists...\n{line}\n") == [
        Wanted("apt/pool/a_1.deb", "http://m.example/pool/a_1.deb", "package", "a" * 64)
    ]


def test_the_release_file_names_each_index_with_its_hash() -> None:
    assert f" {sha(b'x')} 1 Packages\n" in release_text({"Packages": b"x"})


def test_the_hash_of_a_file_is_that_of_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"x" * 3_000_000)
    assert hash_file(tmp_path / "x") == sha(b"x" * 3_000_000)
