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
from policies.rule import Enforcement, Rule, Severity

RULE = Rule(
    id="RW-PHST-005",
    title="Nobody logs in as root",
    severity=Severity.HIGH,
    applies_to=frozenset({"host:machine"}),
    controls=(
        "HIPAA:164.308(a)(3)(ii)(A)",
        "GDPR:Art.32(4)",
        "CCPA-REGS:7123(c)(3)",
        "SOX-ITGC:DSS05.04",
        "NIST-800-53r5:AC-6(5)",
        "ISO-27001:A.8.2",
        "SOC2:CC6.3",
        "PCI-DSS-4.0.1:8.2.2",
        "HIPAA:164.312(a)(2)(iii)",
        "GDPR:Art.32(1)(b)",
        "CCPA-REGS:7123(c)(11)",
        "SOX-ITGC:DSS05.02",
        "NIST-800-53r5:AC-17",
        "ISO-27001:A.8.5",
        "SOC2:CC6.6",
        "PCI-DSS-4.0.1:8.2.8",
        "CIS-UBUNTU-24.04:5.1.20",
    ),
    fix="set PermitRootLogin no",
    code="PermitRootLogin no",
    find=facts_must_be({"permitrootlogin": ("no", "forced-commands-only")}, "sshd"),
    enforcement=Enforcement.ADVISORY,
)
