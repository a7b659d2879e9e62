"""Whether this machine can boot machines, and if not, why. Everything else of the local cloud works without them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from rackwright.cloud import control_group, program
from rackwright.cloud.settings import CloudSettings

PROGRAMS = {
    "systemd-nspawn": "systemd-container",
    "mmdebstrap": "mmdebstrap",
    "ip": "iproute2",
    "ssh": "openssh-client",
    "unshare": "util-linux",
    "apt-cacher-ng": "apt-cacher-ng",
    "docker-registry": "docker-registry",
    "dpkg-deb": "dpkg",
}
"""Program -> Debian package that has it."""
FREE_DISK_GIB = 8.0
"""Base root 0.4 GiB, package cache about 1.5, three configured nodes about 1.5 each."""
FREE_MEMORY_GIB = 2.0
"""A booted guest takes 20 MB; configuring three of them with apt and a database up to half a GiB each."""

_PROBE = """
umount -R /sys/fs/cgroup 2>/dev/null || umount -l /sys/fs/cgroup || exit 1
mount -t cgroup2 cgroup2 /sys/fs/cgroup || exit 1
mount -t tmpfs tmpfs /mnt && mkdir -p /mnt/a /mnt/b /mnt/c /mnt/d || exit 1
mount -t overlay overlay -o lowerdir=/mnt/a,upperdir=/mnt/b,workdir=/mnt/c /mnt/d
"""


def missing_packages() -> tuple[str, ...]:
    """Debian packages that machines need and that are not installed, by name."""
    search = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))
    return tuple(sorted({package for name, package in PROGRAMS.items() if shutil.which(name, path=search) is None}))


def why_no_machines(settings: CloudSettings) -> str | None:
    """Why no machine can run here, in a few words; None when they can."""
    return _why_not_this_system() or _why_not_enough(settings) or _why_not_privileged()


def _why_not_this_system() -> str | None:
    if sys.platform != "linux":
        return f"machines need Linux, this is {sys.platform}"
    if os.geteuid() != 0:
        return "machines need root, this is an ordinary user"
    if missing := missing_packages():
        return f"Debian packages are missing: {', '.join(missing)}"
    return None


def _why_not_enough(settings: CloudSettings) -> str | None:
    for folder in (settings.root, settings.cache):
        free = shutil.disk_usage(_existing(folder)).free / 2**30
        if free < FREE_DISK_GIB:
            return f"{folder} has {free:.1f} GiB free, machines need {FREE_DISK_GIB:g} GiB"
    free = available_memory_gib(Path("/proc/meminfo").read_text())
    if free < FREE_MEMORY_GIB:
        return f"{free:.1f} GiB of memory are free, machines need {FREE_MEMORY_GIB:g} GiB"
    return None


def _why_not_privileged() -> str | None:
    if control_group.hierarchy() is None:
        return "this machine has no cgroup2 hierarchy"
    command = ["unshare", "--mount", "--propagation", "private", "sh", "-c", _PROBE]
    probe = subprocess.run(command, capture_output=True, text=True, check=False)
    if probe.returncode != 0:
        return f"mounts are not allowed here, as in a container ({program.last_lines(probe.stderr, 1)})"
    return None


def available_memory_gib(meminfo: str) -> float:
    """Memory that can be had without swapping, given the text of /proc/meminfo."""
    for line in meminfo.splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) / 2**20
    return 0.0


def _existing(folder: Path) -> Path:
    return next(path for path in (folder, *folder.absolute().parents) if path.exists())
