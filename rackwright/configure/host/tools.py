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


def tools_of(roles: Iterable[str], lock: Lock, further: Iterable[str] = ()) -> list[str]:
    """Packages for the roles of a host and `further` ones, sorted, without those that the lock has."""
    named = {name for role in roles for name in BY_ROLE.get(role, ())}
    return sorted((named | set(further)) - lock.packages.keys())
