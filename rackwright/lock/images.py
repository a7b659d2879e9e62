"""Container images of a lock: every tag is pinned to a digest, or refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rackwright.catalog.ngc import load_ngc
from rackwright.diagnostics import InputError, Problem
from rackwright.lock.model import Image


def images_of(references: Sequence[str], known: Mapping[str, Image]) -> dict[str, Image]:
    """Digest of each reference: its own, that of `known` (registry, earlier lock), or the catalog's.

    InputError names every reference that has none.
    """
    found = {reference: image for reference in references if (image := _image(reference, known)) is not None}
    if missing := [reference for reference in references if reference not in found]:
        raise InputError(
            f"{len(missing)} images have no known digest",
            where="software.ngc",
            hint="put the digest into the reference (name:tag@sha256:…); skopeo inspect docker://name:tag shows it",
            problems=[Problem("software.ngc", f"{name}: no digest is known", _nearest(name)) for name in missing],
        )
    return dict(sorted(found.items()))


def _nearest(reference: str) -> str | None:
    """A tag of the same image whose digest the catalog has, as a way out."""
    artefact = load_ngc().by_reference(reference)
    known = [tag.tag for tag in artefact.tags if tag.digest] if artefact is not None else []
    return f"the catalog has that of {artefact.reference}:{max(known)}" if artefact is not None and known else None


def _image(reference: str, known: Mapping[str, Image]) -> Image | None:
    name, _, digest = reference.partition("@")
    if digest:
        return Image(digest=digest)
    if reference in known:
        return known[reference]
    listed = load_ngc().digest(name)
    return Image(digest=listed) if listed else None
