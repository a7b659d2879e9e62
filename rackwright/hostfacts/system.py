"""System, kernel, clock, services and files."""

from __future__ import annotations

import grp
import platform
import pwd
import re
import stat
from pathlib import Path
from typing import Any

from .reading import Unreadable, has, number, printed, settings, text, texts

SYSCTL = re.compile(r"^(kernel|net|fs|vm|dev)\.[\w.\-/*]+$")
MODPROBE = ("/etc/modprobe.d", "/usr/lib/modprobe.d", "/lib/modprobe.d")
LIMIT_COLUMN = 2


def system() -> dict[str, str]:
    """Distribution, kernel, architecture."""
    release = settings(text("/etc/os-release"))
    host = platform.uname()
    return {
        "id": release.get("id", "unknown"),
        "version": release.get("version_id", "unknown"),
        "kernel": host.release,
        "architecture": host.machine,
    }


def sysctl() -> dict[str, str]:
    """Kernel settings as they are now, without those of single interfaces and CPUs."""
    pairs = (line.partition(" = ") for line in printed("sysctl", "-a", codes=(0, 255)).splitlines())
    skipped = (".sched_domain.", ".cpu", "fs.binfmt_misc.")
    found = {key: value.strip() for key, equals, value in pairs if equals and SYSCTL.match(key)}
    kept = {key: value for key, value in found.items() if not any(part in key for part in skipped)}
    return {key: value for key, value in kept.items() if not re.search(r"\.(conf|neigh)\.(?!all\.|default\.)", key)}


def kernel() -> dict[str, Any]:
    """Command line, modules, what may not be loaded, lockdown."""
    modules = [line.split()[0] for line in text("/proc/modules").splitlines() if line.split()]
    rules = "\n".join(texts(folder, "*.conf") for folder in MODPROBE)
    blocked = re.findall(r"^\s*(?:blacklist\s+(\S+)|install\s+(\S+)\s+/(?:usr/)?bin/(?:false|true))", rules, re.M)
    lockdown = re.search(r"\[(\w+)\]", text("/sys/kernel/security/lockdown"))
    return {
        "commandLine": text("/proc/cmdline").strip(),
        "modules": sorted(modules),
        "blocked": sorted({one or other for one, other in blocked}),
        "secureBoot": _secure_boot(),
        "lockdown": lockdown.group(1) if lockdown else "none",
    }


def _secure_boot() -> bool:
    variables = sorted(Path("/sys/firmware/efi/efivars").glob("SecureBoot-*"))
    return bool(variables) and variables[0].read_bytes()[-1:] == b"\x01"


def apparmor() -> dict[str, Any]:
    """Whether it is on, and which profiles only complain."""
    enabled = text("/sys/module/apparmor/parameters/enabled").strip() == "Y"
    profiles = text("/sys/kernel/security/apparmor/profiles").splitlines() if enabled else []
    return {"enabled": enabled, "complaining": sorted(one.split(" (")[0] for one in profiles if "(complain)" in one)}


def clock() -> dict[str, Any]:
    """Whether the clock follows a source, and by how much it is off."""
    if has("chronyc"):
        tracking = settings(printed("chronyc", "-n", "tracking", codes=(0, 1)), ":")
        sources = [
            line.split(",")[2]
            for line in printed("chronyc", "-c", "-n", "sources", codes=(0, 1)).splitlines()
            if "," in line
        ]
        offset = re.match(r"[\d.]+", tracking.get("system time", ""))
        synchronised = tracking.get("leap status", "").lower() == "normal"
        return {
            "synchronised": synchronised,
            "sources": sources,
            "offsetSeconds": float(offset.group()) if offset else 0.0,
        }
    shown = settings(printed("timedatectl", "show", codes=(0, 1)))
    servers = settings(text("/etc/systemd/timesyncd.conf")).get("ntp", "").split()
    return {"synchronised": shown.get("ntpsynchronized") == "yes", "sources": servers, "offsetSeconds": 0.0}


def services() -> dict[str, dict[str, bool]]:
    """Service units that are installed, by name without ``.service``."""
    files = printed("systemctl", "list-unit-files", "--type=service", "--no-legend", "--no-pager", "--plain")
    enabled = {row.split()[0]: row.split()[1] == "enabled" for row in files.splitlines() if len(row.split()) > 1}
    running = printed(
        "systemctl", "list-units", "--type=service", "--state=active", "--no-legend", "--no-pager", "--plain"
    )
    active = {row.split()[0] for row in running.splitlines() if row.split()}
    names = {name for name in {*enabled, *active} if "@." not in name}
    return {
        name.removesuffix(".service"): {"active": name in active, "enabled": enabled.get(name, False)}
        for name in sorted(names)
    }


def file_of(path: str) -> dict[str, str] | None:
    """Owner, group and mode; None when there is no such file."""
    try:
        found = Path(path).stat()
    except FileNotFoundError:
        return None
    except OSError as problem:
        raise Unreadable(f"{path}: {problem.strerror}") from problem
    return {"owner": _user(found.st_uid), "group": _group(found.st_gid), "mode": f"{stat.S_IMODE(found.st_mode):04o}"}


def _user(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _group(gid: int) -> str:
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)


def files(paths: list[str]) -> dict[str, dict[str, str]]:
    """Owner and mode of those of `paths` that exist."""
    return {path: found for path in paths if (found := file_of(path)) is not None}


def log_in_timeout() -> int:
    """TMOUT of log-in shells, seconds; 0 where it is not set."""
    found = re.findall(r"^\s*(?:readonly\s+|export\s+|declare\s+-\w+\s+)*TMOUT=(\d+)", _profiles(), re.M)
    return number(found[-1], 0) if found else 0


def _profiles() -> str:
    return "\n".join((text("/etc/profile"), texts("/etc/profile.d", "*.sh"), text("/etc/bash.bashrc")))


def log() -> dict[str, Any]:
    """The journal, and where copies of it go."""
    journal = settings("\n".join((text("/etc/systemd/journald.conf"), texts("/etc/systemd/journald.conf.d", "*.conf"))))
    storage = journal.get("storage", "auto")
    persistent = storage == "persistent" or (storage == "auto" and Path("/var/log/journal").is_dir())
    upload = settings(text("/etc/systemd/journal-upload.conf")).get("url")
    syslog = re.findall(
        r"@@?\(?[\w.\-\[\]:]+|target=\"[^\"]+\"", texts("/etc/rsyslog.d", "*.conf") + text("/etc/rsyslog.conf")
    )
    agents = {"cloudwatch": "/opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent", "loki": "/etc/promtail"}
    remote = [name for name, path in agents.items() if Path(path).exists()]
    remote += [f"syslog {one}" for one in sorted(set(syslog))] + ([f"journal-upload {upload}"] if upload else [])
    return {
        "persistent": persistent,
        "remote": remote,
        "limited": bool({"systemmaxuse", "runtimemaxuse"} & journal.keys()),
    }
