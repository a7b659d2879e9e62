"""Images into a registry: Debian's docker-registry, a real one, on a port of its own."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from rackwright.cloud.stand_in_image import Image, digest_of, stand_in
from rackwright.diagnostics import InputError, StepFailed
from rackwright.mirror import upload
from rackwright.mirror.push import Copy, missing_of, push
from rackwright.mirror.upload import Destination

REFERENCES = ("nvcr.io/nvidia/pytorch:25.10-py3", "nvcr.io/nvidia/cuda:13.0")
SECRET = "Basic c2VjcmV0"
REGISTRY = shutil.which("docker-registry")
real = pytest.mark.skipif(REGISTRY is None, reason="docker-registry is not installed")


@pytest.fixture(scope="module")
def registry(tmp_path_factory) -> Iterator[str]:
    """Address of a registry that takes nobody without a proof."""
    folder = tmp_path_factory.mktemp("registry")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    configuration = {
        "version": 0.1,
        "log": {"level": "error"},
        "storage": {"filesystem": {"rootdirectory": str(folder / "data")}},
        "http": {"addr": f"127.0.0.1:{port}"},
        "auth": {"silly": {"realm": address, "service": "test"}},
    }
    (folder / "config.yml").write_text(json.dumps(configuration))
    running = subprocess.Popen(
        [str(REGISTRY), "serve", str(folder / "config.yml")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    await_port(port)
    yield address
    running.terminate()
    running.wait(10)


def await_port(port: int) -> None:
    until = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert time.monotonic() < until, "the registry did not start"
            time.sleep(0.02)
        else:
            return


def mirror_of(folder: Path, *references: str) -> Path:
    """A mirror's folder with the stand-ins for `references`."""
    blobs = folder / "images" / "blobs" / "sha256"
    blobs.mkdir(parents=True)
    for reference in references:
        image: Image = stand_in(reference)
        for data in (image.index, *image.manifests, *image.blobs):
            (blobs / digest_of(data).removeprefix("sha256:")).write_bytes(data)
    return folder


def copies(prefix: str) -> list[Copy]:
    names = [(name, name.partition(":")[0]) for name in REFERENCES]
    return [Copy(name, stand_in(name).digest, f"{prefix}/{bare}") for name, bare in names]


def send(folder: Path, to: Destination, wanted: list[Copy]) -> list[tuple[str, int, int]]:
    sent = push(folder, to, wanted, parallel=4, on_progress=lambda line: None)
    return [(one.state, one.blobs_sent, one.blobs) for one in sent]


@real
def test_images_arrive_by_digest_under_their_tag_and_are_known_then(tmp_path: Path, registry: str) -> None:
    destination, wanted = Destination(registry, lambda: SECRET), copies("whole")
    folder = mirror_of(tmp_path, *REFERENCES)
    assert missing_of(destination, wanted, 4) == wanted
    assert [state for state, _, _ in send(folder, destination, wanted)] == ["pushed", "pushed"]
    assert missing_of(destination, wanted, 4) == []
    for one in wanted:
        assert destination.digest_of(one.repository, one.digest) == one.digest


@real
def test_a_run_that_was_cut_sends_only_what_is_missing(tmp_path: Path, registry: str) -> None:
    destination, wanted = Destination(registry, lambda: SECRET), copies("cut")[:1]
    folder = mirror_of(tmp_path, REFERENCES[0])
    first = stand_in(REFERENCES[0]).blobs[0]
    path = folder / "images" / "blobs" / "sha256" / digest_of(first).removeprefix("sha256:")
    assert destination.put_blob(wanted[0].repository, digest_of(first), path) == len(first)
    ((state, sent, whole),) = send(folder, destination, wanted)
    assert (state, sent) == ("pushed", whole - 1)
    assert send(folder, destination, wanted) == [("pushed", 0, whole)]


@real
def test_bytes_that_are_not_the_digest_s_are_refused(tmp_path: Path, registry: str) -> None:
    folder, (wanted, _) = mirror_of(tmp_path, REFERENCES[0]), copies("bent")
    layer = max(stand_in(REFERENCES[0]).blobs, key=len)
    (folder / "images" / "blobs" / "sha256" / digest_of(layer).removeprefix("sha256:")).write_bytes(b"x" * len(layer))
    with pytest.raises(StepFailed, match="DIGEST_INVALID"):
        send(folder, Destination(registry, lambda: SECRET), [wanted])


@real
def test_a_tag_that_names_another_image_is_told_before_anything_is_sent(tmp_path: Path, registry: str) -> None:
    destination, (one, other) = Destination(registry, lambda: SECRET), copies("moved")
    send(mirror_of(tmp_path, *REFERENCES), destination, [one])
    moved = Copy(one.reference, other.digest, one.repository)
    with pytest.raises(StepFailed, match="the lock says"):
        missing_of(destination, [moved], 1)


@real
def test_a_token_that_has_run_out_is_asked_for_anew(tmp_path: Path, registry: str) -> None:
    given = iter(["", SECRET])
    destination = Destination(registry, lambda: next(given))
    assert missing_of(destination, copies("anew")[:1], 1) == copies("anew")[:1]
    assert next(given, "no more") == "no more"


@real
def test_without_a_log_in_the_refusal_says_whose_fault_it_is(registry: str) -> None:
    with pytest.raises(StepFailed) as problem:
        missing_of(Destination(registry), copies("nobody"), 1)
    assert "credentials" in str(problem.value.hint)


def test_what_the_mirror_lacks_is_told_before_anything_is_sent(tmp_path: Path) -> None:
    nowhere = Destination("http://127.0.0.1:9")
    with pytest.raises(InputError, match="has no image"):
        send(mirror_of(tmp_path), nowhere, copies("x"))
    folder = mirror_of(tmp_path / "some", REFERENCES[0])
    layer = max(stand_in(REFERENCES[0]).blobs, key=len)
    (folder / "images" / "blobs" / "sha256" / digest_of(layer).removeprefix("sha256:")).unlink()
    with pytest.raises(InputError, match="lacks 1 blobs"):
        send(folder, nowhere, copies("x")[:1])


def test_a_registry_that_is_away_is_asked_again_and_then_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload, "FIRST_WAIT_S", 0.0)
    with pytest.raises(StepFailed, match="does not answer"):
        missing_of(Destination("http://127.0.0.1:9"), copies("x")[:1], 1)
