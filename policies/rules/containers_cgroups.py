"""Containers get their own devices only.

Requirement: the toolkit keeps devices apart by cgroup.
Why it matters: with `no-cgroups` a container may open every device node that it sees.
What it looks at: `no-cgroups`.
Known limits: rootless runtimes need it: waive the rule for them.
Fix: set it to false.
Sources: NVIDIA Container Toolkit documentation, "Configuration"
"""

from __future__ import annotations

from policies.checks import fact_must_be
from policies.controls import cite
from policies.rule import Enforcement, Rule, Severity

RULE = Rule(
    id="RW-PCNT-003",
    title="Containers get their own devices only",
    severity=Severity.HIGH,
    applies_to=frozenset({"host:containers"}),
    controls=cite("tenant-isolation"),
    fix="set no-cgroups = false",
    code="no-cgroups = false",
    find=fact_must_be("noCgroups", value=False, because="devices are not kept apart (no-cgroups)"),
    enforcement=Enforcement.ADVISORY,
)
