"""Somebody or something installs security updates.

Requirement: security updates are installed without a person, or by the cluster's patch stage.
Why it matters: a fix that waits for somebody to think of it waits for months.
What it looks at: `updates.automatic`.
Known limits: held packages (driver, kernel) wait for a drained batch on purpose.
Fix: turn on unattended-upgrades for security, or set `patching`.
Sources: CIS Debian Linux 13 Benchmark and CIS Ubuntu Linux 24.04 Benchmark
"""

from __future__ import annotations

from policies.checks import fact_must_be
from policies.controls import cite
from policies.rule import Enforcement, Rule, Severity

RULE = Rule(
    id="RW-PHST-002",
    title="Somebody or something installs security updates",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"host:machine"}),
    controls=cite("patching"),
    fix="turn on automatic security updates",
    code="apt-get install unattended-upgrades",
    find=fact_must_be("updates", "automatic", value=True, because="security updates are not installed automatically"),
    enforcement=Enforcement.ADVISORY,
)
