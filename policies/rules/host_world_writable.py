"""Nothing is everybody's to write.

Requirement: no file or directory outside the temporary ones may be written by everybody.
Why it matters: who writes what root later runs is root.
What it looks at: what the collector found; at most a hundred.
Known limits: shared file systems are left out of the search.
Fix: chmod o-w.
Sources: CIS Debian Linux 13 Benchmark and CIS Ubuntu Linux 24.04 Benchmark
"""

from __future__ import annotations

from policies.checks import facts_must_be_empty
from policies.rule import Enforcement, Rule, Severity

RULE = Rule(
    id="RW-PHST-031",
    title="Nothing is everybody's to write",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"host:machine"}),
    controls=(
        "HIPAA:164.312(c)(1)",
        "GDPR:Art.5(1)(f)",
        "CCPA-REGS:7123(c)(8)",
        "SOX-ITGC:BAI10.05",
        "NIST-800-53r5:SI-7",
        "ISO-27001:A.8.9",
        "SOC2:CC7.1",
        "PCI-DSS-4.0.1:11.5.2",
        "HIPAA:164.308(a)(4)(ii)(B)",
        "HIPAA:164.312(a)(1)",
        "GDPR:Art.25(2)",
        "CCPA-REGS:7123(c)(3)",
        "SOX-ITGC:DSS06.03",
        "NIST-800-53r5:AC-6",
        "ISO-27001:A.5.15",
        "SOC2:CC6.3",
        "PCI-DSS-4.0.1:7.2.2",
    ),
    fix="chmod o-w",
    code="chmod o-w /opt/tool",
    find=facts_must_be_empty("worldWritable", because="everybody may write"),
    enforcement=Enforcement.ADVISORY,
)
