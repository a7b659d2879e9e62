"""The patch window as systemd and apt take it. Pure."""

from __future__ import annotations

from collections.abc import Iterable

ALWAYS_KEPT = (
    *("nvidia-", "libnvidia-", "cuda-", "libcuda", "libnccl", "nvlsm", "datacenter-gpu-manager"),
    *("linux-", "lustre-", "efa", "libfabric", "rdma-core", "libibverbs", "librdmacm", "doca-", "mlnx-", "mft"),
    *("slurm", "munge", "containerd", "runc", "docker"),
)
"""Beginnings of names of packages that only the lock changes: driver, fabric, kernel, runtime and scheduler belong
together, and a restart of the runtime or the scheduler can end a job."""


def calendar(window: str) -> str:
    """``Sun 02:00 UTC`` as systemd.time(7) writes it: ``Sun *-*-* 02:00:00 UTC``; ``daily`` has no weekday."""
    day, time, zone = window.split()
    weekday = "" if day == "daily" else f"{day} "
    return f"{weekday}*-*-* {time}:00 {zone}"


def kept_patterns(held: Iterable[str]) -> list[str]:
    """Regular expressions of names that unattended upgrades leave alone: the held ones, and what always is."""
    named = {f"^{name}$".replace("+", "\\+").replace(".", "\\.") for name in held}
    return sorted({f"^{start}" for start in ALWAYS_KEPT} | named)


def origins(distribution: str) -> list[str]:
    """Origins of security fixes as unattended-upgrades matches them; the variables are its own."""
    if distribution == "debian":
        return ["origin=Debian,codename=${distro_codename}-security,label=Debian-Security"]
    return [
        "origin=${distro_id},archive=${distro_codename}-security",
        "origin=${distro_id}ESMApps,archive=${distro_codename}-apps-security",
        "origin=${distro_id}ESM,archive=${distro_codename}-infra-security",
    ]
