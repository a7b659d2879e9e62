"""Images of a mirror into the repositories of a registry: by digest, in parallel, and never twice.

An image that the registry has under its tag and digest is left alone without a look at the mirror; a blob that a
repository has is not sent again, so a run that was cut goes on where it was.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rackwright.cloud.registry import parse_reference
from rackwright.diagnostics import InputError, StepFailed
from rackwright.mirror.manifest import hash_file
from rackwright.mirror.oci import FOLDER, MANIFESTS, children
from rackwright.mirror.upload import Destination

OnProgress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Copy:
    """One image and the repository that it goes to."""

    reference: str
    """``nvcr.io/nvidia/pytorch:25.10-py3``"""
    digest: str
    repository: str
    """``h100-train/nvcr.io/nvidia/pytorch``"""

    @property
    def tag(self) -> str:
        """Tag that the image keeps."""
        return parse_reference(self.reference).tag


@dataclass(slots=True)
class Pushed:
    """What became of one image."""

    reference: str
    repository: str
    digest: str
    state: str = "present"
    """``present``: it was there; ``pushed``: it was sent."""
    blobs: int = 0
    """Blobs of the image; 0 where nobody had to look."""
    blobs_sent: int = 0
    bytes_sent: int = 0


@dataclass(slots=True)
class _Content:
    """What must be stored for an image, what is referred to before what refers."""

    blobs: dict[str, int] = field(default_factory=dict)
    """Digest -> size."""
    manifests: list[tuple[str, str, bytes]] = field(default_factory=list)
    """Digest, media type and content; the image's own comes last."""


def missing_of(destination: Destination, copies: Sequence[Copy], parallel: int) -> list[Copy]:
    """Those of `copies` that the registry lacks under their tag. `StepFailed` where a tag names another image."""
    with ThreadPoolExecutor(parallel, thread_name_prefix="push") as pool:
        found = list(pool.map(lambda one: destination.digest_of(one.repository, one.tag), copies))
    for one, digest in zip(copies, found, strict=True):
        if digest not in {None, one.digest}:
            raise StepFailed(
                f"{one.repository}:{one.tag} is {digest}, the lock says {one.digest}",
                where=one.reference,
                hint="tags of the repository cannot be moved: lock another tag, or delete that image",
            )
    return [one for one, digest in zip(copies, found, strict=True) if digest is None]


def push(
    folder: Path,
    destination: Destination,
    copies: Sequence[Copy],
    *,
    parallel: int,
    on_progress: OnProgress,
) -> list[Pushed]:
    """Send `copies` from the image layout of the mirror in `folder`; each is then asked for and compared.

    `InputError` names what the mirror lacks, before anything is sent; `StepFailed` what the registry refused.
    """
    contents = {one.reference: content_of(folder, one.digest) for one in copies}
    with ThreadPoolExecutor(parallel, thread_name_prefix="push") as pool:
        return [_push_one(pool, folder, destination, one, contents[one.reference], on_progress) for one in copies]


def content_of(folder: Path, digest: str) -> _Content:
    """Everything that `digest` refers to. `InputError` for what the mirror lacks or has otherwise."""
    content = _Content()
    for kind, body, manifest, name in _manifests(folder, digest, ""):
        content.manifests.append((name, kind, body))
        blobs = [child for child in children(manifest) if child["mediaType"] not in MANIFESTS]
        content.blobs |= {str(blob["digest"]): int(blob.get("size", 0)) for blob in blobs}
    if lacking := [name for name in content.blobs if not _blob(folder, name).is_file()]:
        raise InputError(
            f"the mirror lacks {len(lacking)} blobs of {digest}",
            where=str(_blob(folder, lacking[0])),
            hint="./rw mirror sync <stack> --only images brings them",
        )
    return content


def _manifests(folder: Path, digest: str, kind: str) -> Iterator[tuple[str, bytes, Mapping[str, Any], str]]:
    """Media type, content, tree and digest of a manifest, those it refers to first."""
    path = _blob(folder, digest)
    if not path.is_file() or hash_file(path) != digest.removeprefix("sha256:"):
        raise InputError(
            f"the mirror has no image {digest}",
            where=str(path),
            hint="./rw mirror sync <stack> --only images brings it",
        )
    body = path.read_bytes()
    tree: dict[str, Any] = json.loads(body)
    for child in children(tree):
        if child["mediaType"] in MANIFESTS:
            yield from _manifests(folder, str(child["digest"]), str(child["mediaType"]))
    yield str(tree.get("mediaType") or kind or MANIFESTS[1]), body, tree, digest


def _blob(folder: Path, digest: str) -> Path:
    return folder / FOLDER / "blobs" / "sha256" / digest.removeprefix("sha256:")


def _push_one(
    pool: ThreadPoolExecutor,
    folder: Path,
    destination: Destination,
    wanted: Copy,
    content: _Content,
    on_progress: OnProgress,
) -> Pushed:
    done = Pushed(wanted.reference, wanted.repository, wanted.digest, "pushed", len(content.blobs))
    meter = _Meter(wanted.reference, content.blobs, on_progress)
    running = {
        pool.submit(destination.put_blob, wanted.repository, digest, _blob(folder, digest)): digest
        for digest in content.blobs
    }
    try:
        for future in as_completed(running):
            sent = future.result()
            done.blobs_sent, done.bytes_sent = done.blobs_sent + bool(sent), done.bytes_sent + sent
            meter.one(running[future])
    finally:
        for future in running:
            future.cancel()
    for digest, kind, body in content.manifests:
        name = wanted.tag if digest == wanted.digest else digest
        destination.put_manifest(wanted.repository, name, kind, body)
    _compare(destination, wanted)
    return done


def _compare(destination: Destination, wanted: Copy) -> None:
    found = destination.digest_of(wanted.repository, wanted.tag)
    if found != wanted.digest:
        raise StepFailed(
            f"the registry has {wanted.repository}:{wanted.tag} as {found}, sent was {wanted.digest}",
            where=wanted.reference,
        )


class _Meter:
    """Tells how far an image is."""

    def __init__(self, reference: str, blobs: Mapping[str, int], on_progress: OnProgress) -> None:
        self._reference, self._blobs, self._tell = reference, blobs, on_progress
        self._done, self._bytes = 0, 0

    def one(self, digest: str) -> None:
        self._done, self._bytes = self._done + 1, self._bytes + self._blobs[digest]
        share = f"{self._bytes / 1e6:.1f} of {sum(self._blobs.values()) / 1e6:.1f} MB"
        self._tell(f"{self._reference}: {self._done} of {len(self._blobs)} blobs, {share}")
