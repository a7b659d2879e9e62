"""Which machine image a pool starts from; the program in `infra/` and the online checks both ask here."""

from __future__ import annotations

from dataclasses import dataclass

from rackwright.design.model import Design, Pool

_OWNER_AND_NAME: dict[str, tuple[str, str]] = {
    "aws": ("136693071363", "debian-13-{architecture}-*"),
    "local": ("self", "rackwright-local-debian-13"),
}
"""Target -> owner and name of the image. The owner is Debian: wiki.debian.org/Cloud/AmazonEC2Image (2026-11)."""

_DEBIAN_ARCHITECTURE = {"x86_64": "amd64", "arm64": "arm64"}


@dataclass(frozen=True, slots=True)
class ImageQuery:
    """The newest image called `name` from the one owner that may publish it."""

    owner: str
    name: str
    """With ``*`` for what changes from build to build."""


def image_query(design: Design, pool: Pool) -> ImageQuery:
    """How to find the image of `pool` where the spec names none. KeyError for a site, which has no images."""
    owner, name = _OWNER_AND_NAME[design.target]
    return ImageQuery(owner, name.format(architecture=_DEBIAN_ARCHITECTURE[pool.architecture]))
