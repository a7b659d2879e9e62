"""Users, groups, passwords, sudo and ssh."""

from __future__ import annotations

import re
import stat
from pathlib import Path
from typing import Any

from .reading import lines, number, printed, settings, text, texts

NEVER_DAYS = 99999
"""shadow(5): what stands for "never"."""
SHADOW_MAX, SHADOW_INACTIVE = 4, 6
PASSWD_COLONS, GROUP_COLONS = 6, 3
"""passwd(5), group(5)."""


def users() -> list[dict[str, Any]]:
    """Accounts in the local files. Of a password it says whether there is one, and nothing of it."""
    shadow = {
        row.split(":")[0]: row.split(":")
        for row in text("/etc/shadow").splitlines()
        if row.count(":") >= SHADOW_INACTIVE
    }
    return [
        _user(row.split(":"), shadow) for row in text("/etc/passwd").splitlines() if row.count(":") == PASSWD_COLONS
    ]


def _user(row: list[str], shadow: dict[str, list[str]]) -> dict[str, Any]:
    name, _, uid, _, _, home, shell = row
    entry = shadow.get(name, [name, "!"] + [""] * 7)
    found: dict[str, Any] = {
        "name": name,
        "uid": int(uid),
        "shell": shell,
        "password": _password(entry[1]),
        "maxDays": _days(entry[SHADOW_MAX]),
        "inactiveDays": _days(entry[SHADOW_INACTIVE]),
    }
    mode = _mode(home)
    return {**found, "homeMode": mode} if mode else found


def _password(field: str) -> str:
    if not field:
        return "empty"
    return "locked" if field[0] in "!*" else "set"


def _days(field: str) -> int | None:
    days = number(field, NEVER_DAYS)
    return None if days < 0 or days >= NEVER_DAYS else days


def _mode(home: str) -> str | None:
    path = Path(home)
    return f"{stat.S_IMODE(path.stat().st_mode):04o}" if path.is_dir() and home != "/" else None


def groups() -> dict[str, list[str]]:
    """Group -> members that the file names."""
    rows = (row.split(":") for row in text("/etc/group").splitlines() if row.count(":") == GROUP_COLONS)
    return {row[0]: [one for one in row[3].split(",") if one] for row in rows}


def passwords() -> dict[str, int]:
    """What PAM asks."""
    quality = settings(
        "\n".join((text("/etc/security/pwquality.conf"), texts("/etc/security/pwquality.conf.d", "*.conf")))
    )
    stack = "\n".join(
        text(f"/etc/pam.d/{name}") for name in ("common-password", "common-auth", "system-auth", "password-auth")
    )
    faillock = settings(text("/etc/security/faillock.conf"))
    locks = "pam_faillock" in stack
    defaults = dict(re.findall(r"^\s*(\w+)\s+(\S+)", text("/etc/login.defs"), re.M))
    return {
        "minLength": number(quality.get("minlen") or _option(stack, "minlen"), 0),
        "lockAfter": number(faillock.get("deny") or _option(stack, "deny"), 3) if locks else 0,
        "remember": number(
            _option(stack, "remember") or settings(text("/etc/security/pwhistory.conf")).get("remember"), 0
        ),
        "maxDays": number(defaults.get("PASS_MAX_DAYS"), NEVER_DAYS),
        "inactiveDays": number(settings(text("/etc/default/useradd")).get("inactive"), -1),
    }


def _option(stack: str, name: str) -> str | None:
    found = re.findall(rf"\b{name}=(\d+)", stack)
    return found[-1] if found else None


def sudo() -> dict[str, Any]:
    """Who becomes root without a password, and the defaults that matter."""
    rules = "\n".join((text("/etc/sudoers"), texts("/etc/sudoers.d", "*")))
    defaults = " ".join(line for line in lines(rules) if line.startswith("Defaults"))
    timeout = re.search(r"timestamp_timeout\s*=\s*(-?[\d.]+)", defaults)
    free = {line.split()[0] for line in lines(rules) if "NOPASSWD" in line and not line.startswith("Defaults")}
    return {
        "withoutPassword": sorted(free),
        "usePty": "use_pty" in defaults and "!use_pty" not in defaults,
        "log": "!syslog" not in defaults or "logfile" in defaults,
        "timeoutMinutes": float(timeout.group(1)) if timeout else 15.0,
    }


def su_is_restricted() -> bool:
    """Whether ``su`` asks for membership of a group."""
    return any("pam_wheel.so" in line and line.startswith("auth") for line in lines(text("/etc/pam.d/su")))


def sshd() -> dict[str, Any]:
    """Settings that sshd would run with; a key that comes several times holds a list."""
    found: dict[str, Any] = {}
    for line in printed("sshd", "-T").splitlines():
        key, _, value = line.partition(" ")
        before = found.get(key)
        found[key] = value if before is None else [*(before if isinstance(before, list) else [before]), value]
    return found
