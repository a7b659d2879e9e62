"""Audit, file integrity, and what lies around that should not."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .reading import Unreadable, has, printed, settings, text, texts

MOST = 100
"""Paths that a list holds; more say nothing new."""
LARGEST = 256 << 10
"""Bytes of the largest file that is searched for credentials; configuration is smaller."""
MOST_FILES = 100_000
"""Files that are looked at; a machine with more is told as unread, not as clean."""
SEARCHED = ("/etc", "/home", "/root", "/opt", "/srv", "/usr/local/etc")
TRUSTED = (
    "/etc/ssl/private",
    "/etc/ssh/",
    "/etc/munge",
    "/etc/shadow",
    "/etc/gshadow",
    "/etc/ca-certificates",
    "/etc/ssl/certs",
)
"""Where the machine's own secrets belong."""
CREDENTIAL = re.compile(
    rb"nvapi-[A-Za-z0-9_-]{20,}|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|-----BEGIN (?:RSA |EC |OPENSSH )?PRIVATE KEY-----"
    rb"|\bghp_[A-Za-z0-9]{36}\b|\"auth\"\s*:\s*\"[A-Za-z0-9+/=]{12,}\""
)
"""What keys of NGC, AWS, GitHub, registries and private keys look like."""
ANY = stat.S_IWOTH
OPEN_ROOTS = ("/etc", "/home", "/opt", "/root", "/srv", "/usr", "/var")


def audit() -> dict[str, Any]:
    """The kernel's audit and its daemon."""
    if not has("auditctl"):
        return {"active": False, "atBoot": _at_boot(), "immutable": False, "rules": [], "settings": {}}
    rules = [
        line
        for line in printed("auditctl", "-l", codes=(0, 1)).splitlines()
        if line and not line.startswith("No rules")
    ]
    state = dict(line.split(None, 1) for line in printed("auditctl", "-s", codes=(0, 1)).splitlines() if " " in line)
    written = texts("/etc/audit/rules.d", "*.rules")
    return {
        "active": printed("systemctl", "is-active", "auditd", codes=(0, 1, 3, 4)).strip() == "active",
        "atBoot": _at_boot(),
        "immutable": state.get("enabled", "").strip() == "2" or re.search(r"^\s*-e\s+2", written, re.M) is not None,
        "rules": rules,
        "settings": settings(text("/etc/audit/auditd.conf")),
    }


def _at_boot() -> bool:
    return re.search(r"\baudit=1\b", text("/proc/cmdline")) is not None


def integrity() -> dict[str, Any]:
    """Whether AIDE watches the files, and on its own."""
    if not has("aide"):
        return {"tool": "none", "scheduled": False}
    timers = printed("systemctl", "list-timers", "--all", "--no-legend", "--no-pager", "--plain")
    daily = any(Path(folder).glob("*aide*") for folder in ("/etc/cron.daily", "/etc/cron.d"))
    return {"tool": "aide", "scheduled": "aide" in timers or "rackwright-integrity" in timers or bool(daily)}


def credentials() -> list[str]:
    """Paths of small files that hold what looks like a credential and lie outside the places for it."""
    plain = (one for one in _below(SEARCHED) if one.is_file(follow_symlinks=False) and not one.path.startswith(TRUSTED))
    small = (one.path for one in plain if one.stat(follow_symlinks=False).st_size <= LARGEST)
    return sorted(path for path, _ in zip((one for one in small if _holds_one(one)), range(MOST), strict=False))


def _holds_one(path: str) -> bool:
    try:
        return CREDENTIAL.search(Path(path).read_bytes()) is not None
    except OSError:
        return False


def world_writable() -> list[str]:
    """Files and directories that everybody may write, without sticky bit, on the file systems of the machine itself."""
    return sorted(path for path, _ in zip(_open_to_all(), range(MOST), strict=False))


def _open_to_all() -> Iterator[str]:
    for entry in _below(OPEN_ROOTS):
        mode = entry.stat(follow_symlinks=False).st_mode
        if mode & ANY and not stat.S_ISLNK(mode) and not (stat.S_ISDIR(mode) and mode & stat.S_ISVTX):
            yield entry.path


def _below(roots: tuple[str, ...]) -> Iterator[os.DirEntry[str]]:
    """Everything below `roots` on their own file systems."""
    for count, entry in enumerate(one for root in roots for one in _walk(root)):
        if count >= MOST_FILES:
            raise Unreadable(f"there are more than {MOST_FILES} files to look at")
        yield entry


def _walk(root: str) -> Iterator[os.DirEntry[str]]:
    """Entries below `root` on its own file system; what vanishes meanwhile is passed over."""
    try:
        device = os.lstat(root).st_dev
        entries = list(os.scandir(root))
    except OSError:
        return
    for entry in entries:
        yield entry
        if entry.is_dir(follow_symlinks=False) and entry.stat(follow_symlinks=False).st_dev == device:
            yield from _walk(entry.path)
