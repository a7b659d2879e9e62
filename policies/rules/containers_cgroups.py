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
from policies.rule import Enforcement, Rule, Severity

RULE = Rule(
    id="RW-PCNT-003",
    title="Containers get their own devices only",
    severity=Severity.HIGH,
    applies_to=frozenset({"host:containers"}),
    controls=(
        "HIPAA:164.312(a)(1)",
        "GDPR:Art.32(1)(b)",
        "CCPA-REGS:7123(c)(10)",
        "NIST-800-53r5:SC-4",
        "NIST-800-53r5:AC-4",
        "ISO-27001:A.8.22",
        "SOC2:CC6.1",
        "PCI-DSS-4.0.1:1.2.1",
    ),
    fix="set no-cgroups = false",
    code="no-cgroups = false",
    find=fact_must_be("noCgroups", value=False, because="devices are not kept apart (no-cgroups)"),
    enforcement=Enforcement.ADVISORY,
)
