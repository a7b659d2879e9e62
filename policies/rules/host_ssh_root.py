"""Nobody logs in as root.

Requirement: sshd refuses root.
Why it matters: who is root from the start leaves no trace of who he was.
What it looks at: `permitrootlogin` of the effective configuration.
Known limits: a key that may only run one command (`forced-commands-only`) is accepted.
Fix: set `PermitRootLogin no`.
Sources: CIS Debian Linux 13 Benchmark and CIS Ubuntu Linux 24.04 Benchmark
"""

from __future__ import annotations

from policies.checks import facts_must_be
from policies.controls import cite
from policies.rule import Enforcement, Rule, Severity

RULE = Rule(
    id="RW-PHST-005",
    title="Nobody logs in as root",
    severity=Severity.HIGH,
    applies_to=frozenset({"host:machine"}),
    controls=cite("privileged-access", "remote-access", "CIS-UBUNTU-24.04:5.1.20"),
    fix="set PermitRootLogin no",
    code="PermitRootLogin no",
    find=facts_must_be({"permitrootlogin": ("no", "forced-commands-only")}, "sshd"),
    enforcement=Enforcement.ADVISORY,
)
