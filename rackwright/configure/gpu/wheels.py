"""Libraries that come as Python wheels: which, with which digest, and from where pip takes them. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from rackwright.catalog.gpu_repository import INDEX_OPTIONS, MIRROR_PAGE
from rackwright.design.node_model import NodeSoftware
from rackwright.lock.model import Lock, Package, requirement_of


def wheels_of(role: str, lock: Lock) -> list[str]:
    """Lines of a requirements file for the wheels that `role` takes; empty where packages bring the library.

    A wheel without a digest has none in its line either: pip then refuses it, because it is told to require one.
    """
    return [requirement_of(name, package) for name, package in _wheels(role, lock)]


def wheel_source(role: str, lock: Lock, software: NodeSoftware) -> list[str]:
    """Options of pip that say where the wheels of `role` come from; none leaves it to how the node is set up.

    A mirror may speak HTTP: what pip takes from it must have the digest of the lock anyway.
    """
    if software.package_source == "mirror" and software.mirror:
        page = f"{software.mirror.rstrip('/')}/{MIRROR_PAGE}"
        return ["--no-index", f"--find-links={page}", f"--trusted-host={urlsplit(page).netloc}"]
    return list(dict.fromkeys(option for _, package in _wheels(role, lock) for option in INDEX_OPTIONS[package.source]))


def _wheels(role: str, lock: Lock) -> Iterator[tuple[str, Package]]:
    for name, package in sorted(lock.packages.items()):
        if package.role == role and package.is_wheel:
            yield name, package
