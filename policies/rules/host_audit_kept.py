"""Audit logs are kept, and a full disk is noticed.

Requirement: auditd keeps old logs, and tells or stops when there is no space.
Why it matters: a log that turns over hides an intrusion under a day of noise.
What it looks at: `max_log_file_action`, `space_left_action`, `admin_space_left_action`.
Known limits: where logs are shipped at once, rotation does no harm: `rotate` is accepted with a remote log.
Fix: set `keep_logs`, and mail or halt when the disk is full.
Sources: CIS Debian Linux 13 Benchmark and CIS Ubuntu Linux 24.04 Benchmark
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import known, texts
from policies.rule import Enforcement, Resource, Rule, Severity

TELLS = frozenset({"email", "exec", "single", "halt", "syslog"})


def _find(host: Resource, _: Sequence[Resource]) -> Iterator[str]:
    action = str(known(host, "audit", "settings", "max_log_file_action")).lower()
    if action != "keep_logs" and not (action == "rotate" and texts(known(host, "logging", "remote"))):
        yield f"max_log_file_action is {action!r}, expected 'keep_logs'"
    if str(known(host, "audit", "settings", "space_left_action")).lower() not in TELLS:
        yield "nobody is told when the audit log runs out of space"


RULE = Rule(
    id="RW-PHST-020",
    title="Audit logs are kept, and a full disk is noticed",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"host:machine"}),
    controls=cite(
        "evidence-retention", "CIS-UBUNTU-24.04:6.2.2.1", "CIS-UBUNTU-24.04:6.2.2.2", "CIS-UBUNTU-24.04:6.2.2.3"
    ),
    fix="keep audit logs",
    code="max_log_file_action = keep_logs\nspace_left_action = email",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
