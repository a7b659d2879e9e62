"""The kernel records what users do.

Requirement: auditd runs, and recording begins with the kernel.
Why it matters: after a break-in it is the only witness that the intruder did not choose.
What it looks at: state of auditd, and ``audit=1`` on the kernel's command line.
Known limits: as the collector read it; a host that could not be read is not evaluated.
Fix: install auditd and set `audit=1`.
Sources: CIS Debian Linux 13 Benchmark and CIS Ubuntu Linux 24.04 Benchmark
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import is_true, known
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(host: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if not is_true(known(host, "audit", "active")):
        yield "auditd does not run"
    if not is_true(known(host, "audit", "atBoot")):
        yield "recording does not begin at boot (audit=1)"


RULE = Rule(
    id="RW-PHST-017",
    title="The kernel records what users do",
    severity=Severity.HIGH,
    applies_to=frozenset({"host:machine"}),
    controls=cite("audit-logging", "CIS-UBUNTU-24.04:6.2.1.1", "CIS-UBUNTU-24.04:6.2.1.2", "CIS-UBUNTU-24.04:6.2.1.3"),
    fix="enable auditd and audit=1",
    code='GRUB_CMDLINE_LINUX="audit=1 audit_backlog_limit=8192"',
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
