"""Whether this machine can boot machines, and if not, why. Everything else of the local cloud works without them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from rackwright.cloud import control_group, program
from rackwright.cloud.install import install_packages
from rackwright.cloud.settings import CloudSettings

__all__ = ["available_memory_gib", "install_packages", "missing_packages", "why_no_machines"]

NEEDS = {
    "systemd-nspawn": "systemd-container",
    "mmdebstrap": "mmdebstrap",
    "ip": "iproute2",
    "ssh": "openssh-client",
    "unshare": "util-linux",
    "apt-cacher-ng": "apt-cacher-ng",
    "docker-registry": "docker-registry",
    "dpkg-deb": "dpkg",
    "/usr/share/keyrings/debian-archive-keyring.gpg": "debian-archive-keyring",
}
"""Program (or file) -> Debian package that has it."""
FREE_DISK_GIB = 8.0
"""Base root 0.4 GiB, package cache about 1.5, three configured nodes about 1.5 each."""
FREE_MEMORY_GIB = 2.0
"""A booted guest takes 20 MB; configuring three of them with apt and a database up to half a GiB each."""

_PROBE = """
umount -R /sys/fs/cgroup 2>/dev/null || umount -l /sys/fs/cgroup || exit 1
mount -t cgroup2 cgroup2 /sys/fs/cgroup || exit 1
mount -t tmpfs tmpfs /tmp && cd /tmp && mkdir a b c d || exit 1
mount -t overlay overlay -o lowerdir=a,upperdir=b,workdir=c d || exit 1
command -v ip > /dev/null || exit 0
ip link add rw-probe type bridge && ip link add rw-probe-a type veth peer name rw-probe-b
"""


def missing_packages() -> tuple[str, ...]:
    """Debian packages that machines need, that are not here, and that are worth installing here; by name.

    Empty where machines could not run anyway (no root, another system, a container) or where there is no apt-get.
    """
    if _why_not_this_system() or shutil.which("apt-get") is None or _why_not_privileged():
        return ()
    return _missing()


def why_no_machines(settings: CloudSettings) -> str | None:
    """Why no machine can run here, in a few words; None when they can."""
    return _why_not_this_system() or _why_not_privileged() or _why_not_complete() or _why_not_enough(settings)


def available_memory_gib(meminfo: str) -> float:
    """Memory that can be had without swapping, given the text of /proc/meminfo."""
    for line in meminfo.splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) / 2**20
    return 0.0


def _missing() -> tuple[str, ...]:
    return tuple(sorted({package for need, package in NEEDS.items() if not _is_here(need)}))


def _is_here(need: str) -> bool:
    search = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))
    return Path(need).exists() if need.startswith("/") else shutil.which(need, path=search) is not None


def _why_not_this_system() -> str | None:
    if sys.platform != "linux":
        return f"machines need Linux, this is {sys.platform}"
    if os.geteuid() != 0:
        return "machines need root, this is an ordinary user"
    return None


def _why_not_complete() -> str | None:
    missing = _missing()
    return f"Debian packages are missing: {', '.join(missing)}" if missing else None


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
    if not _is_here("unshare"):
        return None  # a package to install, not a reason
    command = ["unshare", "--mount", "--net", "--propagation", "private", "sh", "-c", _PROBE]
    probe = subprocess.run(command, capture_output=True, text=True, check=False)
    if probe.returncode != 0:
        said = program.last_lines(probe.stderr, 1)
        return f"mounts or network interfaces cannot be made here, as in a container ({said})"
    return None


def _existing(folder: Path) -> Path:
    return next(path for path in (folder, *folder.absolute().parents) if path.exists())
