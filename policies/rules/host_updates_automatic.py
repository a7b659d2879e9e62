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
from policies.rule import Enforcement, Rule, Severity

RULE = Rule(
    id="RW-PHST-002",
    title="Somebody or something installs security updates",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"host:machine"}),
    controls=(
        "HIPAA:164.308(a)(5)(ii)(B)",
        "GDPR:Art.32(1)",
        "CCPA-REGS:7123(c)(5)",
        "SOX-ITGC:DSS05.07",
        "NIST-800-53r5:SI-2",
        "ISO-27001:A.8.8",
        "SOC2:CC7.1",
        "PCI-DSS-4.0.1:6.3.3",
    ),
    fix="turn on automatic security updates",
    code="apt-get install unattended-upgrades",
    find=fact_must_be("updates", "automatic", value=True, because="security updates are not installed automatically"),
    enforcement=Enforcement.ADVISORY,
)
