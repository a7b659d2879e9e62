"""Which root a machine starts from: its image says so, and else the cloud's own release does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from rackwright.catalog.operating_systems import SYSTEMS, local_image
from rackwright.cloud.baked import base_name_of
from rackwright.cloud.base_root import Recipe, ensure_base_root
from rackwright.cloud.mirror import Mirror
from rackwright.cloud.settings import CloudSettings

OnLine = Callable[[str], None]

LOCAL_IMAGES: Mapping[str, str] = {
    local_image(system.name): system.release for system in SYSTEMS.values() if system.distribution == "debian"
}
"""Image of the local cloud -> the release of Debian that its machines run; roots of others cannot be had here."""


@dataclass(frozen=True, slots=True)
class Root:
    """What a machine lies on."""

    release: str
    folder: Path


@dataclass(frozen=True, slots=True)
class Roots:
    """The roots of one cloud, each built when it is first needed (about a minute)."""

    settings: CloudSettings
    mirror: Mirror
    on_line: OnLine

    def of(self, image: str) -> Root:
        """Root of a machine of `image`. Raises `StepFailed` when it cannot be built, or the baked image is gone."""
        release = release_of(image, base_name_of(self.settings.cache, image), self.settings.release)
        return Root(release, ensure_base_root(self.settings.cache, self.mirror, self.on_line, Recipe(release=release)))


def release_of(image: str, base: str | None, usual: str) -> str:
    """Release of Debian for `image`, a baked one of which lies on the root called `base`. Pure."""
    if base is not None:
        return base.rpartition("-")[0]
    return LOCAL_IMAGES.get(image, usual)
