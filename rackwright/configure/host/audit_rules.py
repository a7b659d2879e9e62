"""What the kernel's audit records, each rule under the key that a search finds it by. Pure.

Sources: CIS Debian Linux 12 Benchmark v1.1.0, section 6.2.3; audit.rules(7). Rules of system calls come for both word
sizes, because a 32-bit call has other numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rackwright.design.model import Design

WATCHED: Mapping[str, tuple[str, ...]] = {
    "identity": ("/etc/group", "/etc/passwd", "/etc/gshadow", "/etc/shadow", "/etc/security/opasswd", "/etc/pam.d"),
    "privilege": ("/etc/sudoers", "/etc/sudoers.d"),
    "ways-in": ("/etc/ssh/sshd_config", "/etc/ssh/sshd_config.d", "/etc/ssh/people_keys", "/etc/nftables.conf"),
    "audit": ("/etc/audit", "/var/log/audit"),
    "network": ("/etc/hosts", "/etc/hostname", "/etc/systemd/network", "/etc/netplan"),
    "sessions": ("/var/log/wtmp", "/var/log/btmp", "/var/log/lastlog"),
    "time": ("/etc/localtime", "/etc/chrony"),
    "driver": ("/etc/modprobe.d", "/etc/modules-load.d", "/etc/nvidia"),
    "scheduler": ("/etc/slurm", "/etc/munge"),
}
"""Key of the record -> files and folders whose changes are recorded."""

CALLS: Mapping[str, tuple[str, ...]] = {
    "time": ("adjtimex", "settimeofday", "clock_settime"),
    "network": ("sethostname", "setdomainname"),
    "modules": ("init_module", "finit_module", "delete_module"),
    "mounts": ("mount", "umount2"),
    "removal": ("unlink", "unlinkat", "rename", "renameat", "renameat2"),
    "permissions": ("chmod", "fchmod", "fchmodat", "chown", "fchown", "fchownat", "lchown", "setxattr", "removexattr"),
}
"""Key -> system calls that are recorded when a person makes them."""

_EVERYBODY = frozenset({"time", "network", "modules"})
"""Calls that are recorded whoever makes them."""

LOCKED_UNTIL_REBOOT = frozenset({"hipaa", "pci-dss", "fedramp-moderate"})
"""Frameworks for which the rules cannot change without a reboot (CIS 6.2.3.20); PCI DSS 4.0, 10.3.2."""
BACKLOG = 8192
FIRST_PERSON = 1000
"""First uid of a person; audit.rules(7) writes "not set" as 4294967295."""


def rules(design: Design) -> list[str]:
    """Lines of the rules file below the head, in the form of auditctl(8)."""
    data = [storage.mount for storage in design.storage if storage.mount]
    sensitive = design.classification in {"pii", "phi", "financial"}
    return [*_watches(), *_calls(), *_denied(), *_privileged(), *(_of_data(data) if sensitive else ())]


def is_locked(design: Design) -> bool:
    """Whether the rules stay as they are until the host restarts."""
    return bool(LOCKED_UNTIL_REBOOT & set(design.compliance))


def _watches() -> Iterator[str]:
    for key, paths in WATCHED.items():
        yield from (f"-w {path} -p wa -k {key}" for path in paths)


def _calls() -> Iterator[str]:
    for key, calls in CALLS.items():
        person = "" if key in _EVERYBODY else f" -F auid>={FIRST_PERSON} -F auid!=unset"
        listed = ",".join(calls)
        yield from (f"-a always,exit -F arch={arch} -S {listed}{person} -k {key}" for arch in ("b64", "b32"))


def _denied() -> Iterator[str]:
    """Files that a person was not allowed to open."""
    for arch in ("b64", "b32"):
        for error in ("EACCES", "EPERM"):
            who = f"-F auid>={FIRST_PERSON} -F auid!=unset"
            yield f"-a always,exit -F arch={arch} -S open,openat,creat,truncate -F exit=-{error} {who} -k denied"


def _privileged() -> Iterator[str]:
    """Programs that run as somebody else."""
    for arch in ("b64", "b32"):
        yield f"-a always,exit -F arch={arch} -C euid!=uid -F auid!=unset -S execve -k as-other-user"


def _of_data(mounts: list[str]) -> Iterator[str]:
    """Who changes sensitive data: HIPAA 45 CFR 164.312(b), PCI DSS 4.0, 10.2.1.1."""
    yield from (f"-w {mount} -p wa -k data" for mount in sorted(mounts))
