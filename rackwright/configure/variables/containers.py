"""Variables of the container roles: runtime, mirrors, images."""

from __future__ import annotations

from collections.abc import Mapping

from rackwright.configure.variables.area import Area, LocalServices, Site, Variables
from rackwright.lock.model import Lock


def mirrors(lock: Lock, services: LocalServices | None) -> list[dict[str, str]]:
    """Registries of the locked images, each with the mirror that is used in its place."""
    if services is None:
        return []
    registries = sorted({reference.partition("/")[0] for reference in lock.images})
    return [{"registry": registry, "url": services.registry} for registry in registries]


def _of_groups(site: Site) -> Mapping[str, Variables]:
    images = [{"reference": name, "digest": image.digest} for name, image in sorted(site.lock.images.items())]
    return {
        "container_runtime": {
            "container_runtime_gpu_present": not site.is_rehearsal,
            "container_runtime_mirrors": mirrors(site.lock, site.services),
        },
        "ngc": {"ngc_images": images},
    }


AREA = Area(frozenset({"container_runtime", "ngc"}), _of_groups)
