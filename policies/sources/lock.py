"""Resources from the lock: each image and each package is one."""

from __future__ import annotations

from policies.rule import Resource
from rackwright.lock.model import Lock


def resources_of_lock(lock: Lock) -> list[Resource]:
    """Images as ``lock:image``, packages ``lock:package``, products ``lock:software``, the system ``lock:os``."""
    images = [
        Resource(f"lock::image::{name}", "lock:image", name, {"digest": image.digest, "standIn": image.stand_in})
        for name, image in lock.images.items()
    ]
    packages = [
        Resource(f"lock::package::{name}", "lock:package", name, package.model_dump(mode="json"))
        for name, package in lock.packages.items()
    ]
    system = Resource("lock::os", "lock:os", lock.os.distribution, lock.os.model_dump(mode="json"))
    software = [
        Resource(f"lock::software::{name}", "lock:software", name, {"version": version})
        for name, version in lock.software.items()
    ]
    return [system, *software, *images, *packages]
