"""Packages of the distribution that a host role needs, by name. Pure.

They come in the distribution's newest version and are mended by its security fixes; only what must fit together is in
the lock. A package that the lock names too is installed as the lock says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rackwright.lock.model import Lock

BY_ROLE: Mapping[str, tuple[str, ...]] = {
    "time": ("chrony",),
    "firewall": ("nftables",),
    "fail2ban": ("fail2ban", "python3-systemd", "nftables"),
    "patching": ("unattended-upgrades",),
    "auditd": ("auditd",),
    "integrity": ("aide",),
    "mfa": ("libpam-oath",),
    "hardening": ("libpam-pwquality",),
    "container_runtime": ("skopeo",),
    "podman": ("podman", "uidmap", "passt", "crun", "fuse-overlayfs"),
    "slurm_login": ("sackd", "slurm-client"),
    "storage_scratch": ("cryptsetup-bin", "mdadm", "xfsprogs"),
    "storage_nfs": ("nfs-common",),
    "nfs_server": ("nfs-kernel-server", "quota"),
    "fabric_infiniband": ("rdma-core", "infiniband-diags", "ibverbs-utils", "perftest"),
    "subnet_manager": ("opensm",),
    "roce": ("rdma-core", "iproute2"),
}

PIP = "python3-pip"
"""Installs the wheels of a lock; every distribution calls it so."""


def tools_of(roles: Iterable[str], lock: Lock, further: Iterable[str] = ()) -> list[str]:
    """Packages for the roles of a host and `further` ones, sorted, without those that the lock has."""
    present = frozenset(roles)
    named = {name for role in present for name in BY_ROLE.get(role, ())}
    wheels = any(package.is_wheel and package.role in present for package in lock.packages.values())
    return sorted((named | set(further) | ({PIP} if wheels else set())) - lock.packages.keys())
