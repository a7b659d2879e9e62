"""Switches check partitions too.

Requirement: switches enforce partitions in both directions.
Why it matters: an adapter's own check is the host's word for it: root on the host changes it.
What it looks at: `enforcement` of the subnet.
Known limits: switches that cannot enforce are not in the catalog.
Fix: set `part_enforce both`.
Sources: InfiniBand Architecture Specification 1.7, volume 1, chapters 10 and 14; opensm(8)
"""

from __future__ import annotations

from policies.checks import facts_must_be
from policies.rule import Enforcement, Rule, Severity

RULE = Rule(
    id="RW-PFAB-003",
    title="Switches check partitions too",
    severity=Severity.HIGH,
    applies_to=frozenset({"fabric:subnet"}),
    controls=(
        "HIPAA:164.312(a)(1)",
        "GDPR:Art.32(1)(b)",
        "CCPA-REGS:7123(c)(10)",
        "NIST-800-53r5:SC-4",
        "NIST-800-53r5:AC-4",
        "ISO-27001:A.8.22",
        "SOC2:CC6.1",
        "PCI-DSS-4.0.1:1.2.1",
        "HIPAA:164.308(a)(4)(ii)(A)",
        "SOX-ITGC:DSS05.02",
        "NIST-800-53r5:SC-7",
        "SOC2:CC6.6",
    ),
    fix="set part_enforce both",
    code="part_enforce both\nno_partition_enforcement FALSE",
    find=facts_must_be({"enforcement": ("both",)}),
    enforcement=Enforcement.ADVISORY,
)
