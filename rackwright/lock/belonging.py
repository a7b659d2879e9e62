"""Which packages of a lock a host gets, by its roles."""

from __future__ import annotations

import re
from collections.abc import Collection

from rackwright.lock.model import Lock, Package

_REPLACED_BY_GUEST_DRIVER = re.compile(r"(nvidia-open|cuda-drivers|libnvidia-nscq)(-\d+)?|nvidia-driver-pinning-.*")
"""Packages of the data-centre driver; a virtual machine with a vGPU has the guest driver in their place."""


def packages_for(roles: Collection[str], lock: Lock) -> dict[str, Package]:
    """Packages of the system's package manager for a host with `roles`, by name; wheels are their roles' own affair."""
    return {
        name: package
        for name, package in sorted(lock.packages.items())
        if package.role in roles and not package.is_wheel and not _is_replaced(name, roles)
    }


def _is_replaced(name: str, roles: Collection[str]) -> bool:
    return "vgpu" in roles and _REPLACED_BY_GUEST_DRIVER.fullmatch(name) is not None
