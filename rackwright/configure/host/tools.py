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

SPLIT_SYSTEMD = frozenset({"trixie"})
"""Releases whose package of systemd lacks what opens LUKS by a TPM. Source: packages.debian.org, systemd-cryptsetup."""
WITHOUT_AWS = frozenset({"24.04"})
"""Releases that do not package AWS's command line. Source: packages.ubuntu.com, awscli."""


def key_tools(key_in: str, release: str) -> tuple[str, ...]:
    """Packages by which a node keeps the key of its local drives: its TPM's libraries, or what asks KMS."""
    if key_in == "tpm":
        return ("tpm2-tools", *(("systemd-cryptsetup",) if release in SPLIT_SYSTEMD else ()))
    return ("awscli",) if key_in == "kms" and release not in WITHOUT_AWS else ()


PIP = "python3-pip"
"""Installs the wheels of a lock; every distribution calls it so."""


def tools_of(roles: Iterable[str], lock: Lock, further: Iterable[str] = ()) -> list[str]:
    """Packages for the roles of a host and `further` ones, sorted, without those that the lock has."""
    present = frozenset(roles)
    named = {name for role in present for name in BY_ROLE.get(role, ())}
    wheels = any(package.is_wheel and package.role in present for package in lock.packages.values())
    return sorted((named | set(further) | ({PIP} if wheels else set())) - lock.packages.keys())
