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
from policies.controls import cite
from policies.rule import Enforcement, Rule, Severity

RULE = Rule(
    id="RW-PFAB-003",
    title="Switches check partitions too",
    severity=Severity.HIGH,
    applies_to=frozenset({"fabric:subnet"}),
    controls=cite("tenant-isolation", "fabric-partitions"),
    fix="set part_enforce both",
    code="part_enforce both\nno_partition_enforcement FALSE",
    find=facts_must_be({"enforcement": ("both",)}),
    enforcement=Enforcement.ADVISORY,
)
