"""Which operating systems a role configures, where it cannot and why, and on which it was converged on a machine. Pure.

A test compares `NOT_CONVERGED` and `WITH_STAND_INS` with the roles that the tests of machines play.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from rackwright.catalog.operating_systems import SYSTEMS
from rackwright.design.model import Storage

CONVERGED_ON = ("debian-12", "debian-13")
"""Systems that the local cloud boots: a root of another one cannot be had from Debian's archive."""

BY_TEXT = ("ubuntu-22.04", "ubuntu-24.04")
"""Systems that roles are written for by their documentation, and tested for as text only."""

BY_RPM = ("rocky-9",)
"""Systems with another package manager than apt."""

_BY_APT = "`base` installs with apt, and every host runs `base`"
_NO_NCCL_TESTS = "they need NVIDIA's NCCL, which it packages for Ubuntu and RHEL only"
_NO_KTLS = "it has no ktls-utils"

CANNOT: Mapping[str, Mapping[str, str]] = {
    "slurm_login": {"debian-12": "its Slurm 22.05 has no sackd, which came with 23.11"},
}
"""Role -> system -> why a host of that system cannot play it. Source: packages.debian.org (bookworm, trixie)."""

LEFT_OUT: Mapping[str, Mapping[str, str]] = {
    "nccl": {"debian-12": "neither NVIDIA nor Debian 12 packages NCCL for it"},
    "acceptance_tools": dict.fromkeys(CONVERGED_ON, _NO_NCCL_TESTS),
}
"""Role -> system -> why the design gives no host of that system the role (`rackwright.design.gpu_roles.NVIDIA_HAS`)."""

NOT_CONVERGED: Mapping[str, frozenset[str]] = {
    "nvidia_repository": frozenset({"debian-13"}),
    "slurm_login": frozenset({"debian-12", "debian-13"}),
    "gpu_metrics": frozenset({"debian-13"}),
    "nccl": frozenset({"debian-12"}),
    "pyxis": frozenset({"debian-12"}),
    "cudnn": frozenset({"debian-12"}),
    "tensorrt": frozenset({"debian-12"}),
}
"""Role -> systems of `CONVERGED_ON` on which no test plays it on a machine."""

WITH_STAND_INS = frozenset(
    {"vgpu", "fabric_manager", "imex", "dcgm", "nsight", "acceptance_tools", "docker", "enroot", "pyxis"}
    | {"cudnn", "tensorrt", "nvidia_repository"}
)
"""Roles that were converged with stand-ins for what only NVIDIA's servers have."""

WITHOUT_KTLS = frozenset({"debian-12", "ubuntu-22.04"})
"""Systems whose NFS knows no TLS (RFC 9289): no ktls-utils, and kernels before 6.5."""


def wants_nfs_over_tls(storage: Iterable[Storage]) -> bool:
    """Whether a file system of `storage` is NFS over TLS."""
    return any(one.tls for one in storage if one.kind in {"nfs", "nfs-server"})


def why_not(role: str, system: str) -> str | None:
    """Why a host of `system` cannot play `role`; None where it can."""
    if SYSTEMS[system].distribution not in {"debian", "ubuntu"}:
        return _BY_APT
    return CANNOT.get(role, {}).get(system)


def refusals(roles: Collection[str], system: str, *, nfs_over_tls: bool = False) -> Iterator[str]:
    """One sentence for each reason why hosts of `system` cannot play `roles`."""
    if SYSTEMS[system].distribution not in {"debian", "ubuntu"}:
        yield f"no host of {system} can be configured: {_BY_APT}"
        return
    for role in sorted(roles):
        if why := why_not(role, system):
            yield f"{role} cannot run on {system}: {why}"
    if nfs_over_tls and system in WITHOUT_KTLS and not {"storage_nfs", "nfs_server"}.isdisjoint(roles):
        yield f"NFS over TLS cannot run on {system}: {_NO_KTLS}"


def standing(role: str, system: str) -> str:
    """How far `role` was tried on `system`, in words for a table."""
    if why := why_not(role, system):
        return f"no: {why}"
    if why := LEFT_OUT.get(role, {}).get(system):
        return f"left out: {why}"
    if system not in CONVERGED_ON or system in NOT_CONVERGED.get(role, frozenset()):
        return "by rule and unit test"
    return "converged, with stand-ins for vendors' packages" if role in WITH_STAND_INS else "converged"
