"""Installed packages, updates that wait, and who installs them."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

from .reading import Unreadable, has, printed, settings, text, texts

DAY_S = 86400.0
LISTS = "/var/lib/apt/lists"
PATCH_TIMERS = ("unattended-upgrades", "apt-daily-upgrade.timer", "dnf-automatic.timer", "rackwright-patch.timer")


def packages() -> dict[str, str]:
    """Package -> version."""
    if has("dpkg-query"):
        rows = printed("dpkg-query", "-W", "-f", "${db:Status-Abbrev}\t${Package}\t${Version}\n").splitlines()
        return {name: version for state, name, version in (row.split("\t") for row in rows) if state.startswith("ii")}
    if has("rpm"):
        rows = printed("rpm", "-qa", "--qf", "%{NAME}\t%{VERSION}-%{RELEASE}\n").splitlines()
        return {name: version for name, _, version in (row.partition("	") for row in rows)}
    raise Unreadable("neither dpkg nor rpm is installed")


def updates() -> dict[str, Any]:
    """From the lists as they are; nothing is downloaded."""
    if not has("apt-get"):
        raise Unreadable("updates are read from apt only")
    waiting = printed("apt-get", "-s", "-o", "Debug::NoLocking=true", "dist-upgrade", codes=(0, 100))
    security = re.findall(r"^Inst (\S+) \[[^\]]*\] \([^)]*[Ss]ecurity", waiting, re.M)
    return {
        "security": sorted(set(security)),
        "automatic": _is_automatic(),
        "rebootRequired": Path("/run/reboot-required").exists(),
        "held": printed("apt-mark", "showhold").split(),
        "unsignedSources": _unsigned(),
        "ageDays": _age(),
    }


def _is_automatic() -> bool:
    asked = settings(texts("/etc/apt/apt.conf.d", "*").replace(";", ""), " ")
    on = asked.get("apt::periodic::unattended-upgrade", "0") not in {"0", ""}
    states = [printed("systemctl", "is-enabled", unit, codes=(0, 1, 4)).strip() for unit in PATCH_TIMERS]
    return (on and "enabled" in states[:2]) or "enabled" in states[2:]


def _unsigned() -> list[str]:
    lists = "\n".join((text("/etc/apt/sources.list"), texts("/etc/apt/sources.list.d", "*.list")))
    trusted = [line.strip() for line in lists.splitlines() if re.match(r"\s*deb.*\[[^\]]*trusted=yes", line)]
    stanzas = texts("/etc/apt/sources.list.d", "*.sources").split("\n\n")
    return trusted + [" ".join(one.split())[:200] for one in stanzas if re.search(r"^Trusted:\s*yes", one, re.M | re.I)]


def _age() -> float:
    times = [path.stat().st_mtime for path in Path(LISTS).glob("*_InRelease")] + [
        path.stat().st_mtime for path in Path(LISTS).glob("*_Release")
    ]
    if not times:
        raise Unreadable("the package lists were never refreshed")
    return round((time.time() - max(times)) / DAY_S, 2)
