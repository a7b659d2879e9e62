"""Files of the system belong to root.

Requirement: account, ssh, sudo, cron and boot files belong to root and are closed to writers, those with secrets to
readers.
Why it matters: who writes one of them is root at the next log-in or restart.
What it looks at: owner and mode of the files in `policies.subjects.paths`.
Known limits: only of files that exist.
Fix: chown root, chmod as the role does.
Sources: CIS Debian Linux 13 Benchmark and CIS Ubuntu Linux 24.04 Benchmark
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.filemodes import excess, mode_of
from policies.reading import known
from policies.rule import Enforcement, Resource, Rule, Severity

MOST = {
    "/etc/passwd": 0o644,
    "/etc/group": 0o644,
    "/etc/shadow": 0o640,
    "/etc/gshadow": 0o640,
    "/etc/ssh/sshd_config": 0o644,
    "/etc/sudoers": 0o440,
    "/etc/crontab": 0o644,
    "/etc/nftables.conf": 0o755,
    "/etc/nvidia-container-runtime/config.toml": 0o644,
    "/usr/sbin/auditctl": 0o755,
    "/usr/sbin/auditd": 0o755,
    "/boot/grub/grub.cfg": 0o644,
    "/root": 0o750,
}


def _find(host: Resource, _: Sequence[Resource]) -> Iterator[str]:
    files = known(host, "files")
    for path, most in MOST.items():
        file = files.get(path) if isinstance(files, dict) else None
        if not isinstance(file, dict):
            continue
        if file.get("owner") != "root":
            yield f"{path} belongs to {file.get('owner')}"
        if (mode := mode_of(file)) is None or excess(mode, most):
            yield f"{path} has mode {file.get('mode')}, expected {most:04o} or less"


RULE = Rule(
    id="RW-PHST-030",
    title="Files of the system belong to root",
    severity=Severity.HIGH,
    applies_to=frozenset({"host:machine"}),
    controls=cite(
        "privileged-access",
        "file-integrity",
        "CIS-UBUNTU-24.04:5.1.1",
        "CIS-UBUNTU-24.04:6.1.4.1",
        "CIS-UBUNTU-24.04:6.3.3",
    ),
    fix="chown root and close the file",
    code="chmod 0640 /etc/shadow",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
