"""NVIDIA's package repository: where the package with its key is, and its digest."""

from __future__ import annotations

from rackwright.catalog.gpu_repository import KEYRINGS
from rackwright.lock.model import OperatingSystem

_CODE_NAMES = {"bookworm": "12", "trixie": "13"}


def repository_name(system: OperatingSystem) -> str:
    """What NVIDIA calls a system: ``ubuntu2404``, ``debian13``, ``rhel9``."""
    distribution = {"rocky": "rhel"}.get(system.distribution, system.distribution)
    return distribution + _CODE_NAMES.get(system.release, system.release).replace(".", "")


def keyring(system: OperatingSystem, architecture: str) -> tuple[str, str]:
    """Address and digest of ``cuda-keyring`` for `system`; empty texts where NVIDIA has none for apt."""
    name = repository_name(system)
    found = KEYRINGS.get(name)
    folder = "sbsa" if architecture == "arm64" else "x86_64"
    url = f"https://developer.download.nvidia.com/compute/cuda/repos/{name}/{folder}/cuda-keyring_1.1-1_all.deb"
    return (url, found) if found else ("", "")
