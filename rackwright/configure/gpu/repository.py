"""NVIDIA's package repository: where the package with its key is, and its digest."""

from __future__ import annotations

from rackwright.catalog.gpu_repository import COMPONENTS, KEYRINGS
from rackwright.catalog.operating_systems import by_release
from rackwright.lock.model import OperatingSystem


def keyring(system: OperatingSystem, architecture: str) -> tuple[str, str]:
    """Address and digest of ``cuda-keyring`` for `system`; empty texts where NVIDIA has none for apt."""
    name = by_release(system.distribution, system.release).nvidia
    found = KEYRINGS.get(name)
    folder = "sbsa" if architecture == "arm64" else "x86_64"
    url = f"https://developer.download.nvidia.com/compute/cuda/repos/{name}/{folder}/cuda-keyring_1.1-1_all.deb"
    return (url, found) if found else ("", "")


def repository_variables(system: OperatingSystem, architecture: str) -> dict[str, object]:
    """Variables of role nvidia_repository."""
    url, digest = keyring(system, architecture)
    return {
        "nvidia_repository_components": list(COMPONENTS.get(system.distribution, ())),
        "nvidia_repository_keyring_url": url,
        "nvidia_repository_keyring_digest": digest,
    }
