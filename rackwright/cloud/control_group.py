"""Control groups of the machines: the kernel's own list of everything that a machine runs.

A machine's processes cannot leave its group, so killing the group ends a machine whatever became of the process that
started it. Source: kernel documentation, admin-guide/cgroup-v2, "cgroup.kill".
"""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

from rackwright.diagnostics import StepFailed

KILL_TIMEOUT_S = 10.0
_POLL_S = 0.02


def hierarchy(mounts: str | None = None) -> Path | None:
    """Where this machine has its cgroup2 hierarchy, or None when it has none."""
    text = Path("/proc/self/mounts").read_text() if mounts is None else mounts
    return next((Path(fields[1]) for line in text.splitlines() if (fields := line.split())[2] == "cgroup2"), None)


def folder(name: str) -> Path:
    """Folder of the group `name`; raises `StepFailed` on a machine without cgroup2."""
    root = hierarchy()
    if root is None:
        raise StepFailed(
            "this machine has no cgroup2 hierarchy", hint="mount one: mount -t cgroup2 none /sys/fs/cgroup"
        )
    return root / name


def remove(name: str) -> bool:
    """Kill everything in the group and remove it with all groups below; False when there is none."""
    top = folder(name)
    if not top.is_dir():
        return False
    with suppress(FileNotFoundError):
        (top / "cgroup.kill").write_text("1")
    deadline = time.monotonic() + KILL_TIMEOUT_S
    while not _remove_tree(top):
        if time.monotonic() > deadline:
            raise StepFailed(f"processes in {top} do not end within {KILL_TIMEOUT_S:g} s", where=str(top))
        time.sleep(_POLL_S)
    return True


def _remove_tree(top: Path) -> bool:
    """Remove groups from the bottom up; False while a group still has a process."""
    try:
        for group in sorted((path for path in top.rglob("*") if path.is_dir()), reverse=True):
            group.rmdir()
        top.rmdir()
    except FileNotFoundError:
        return not top.exists()
    except OSError:
        return False
    return True
