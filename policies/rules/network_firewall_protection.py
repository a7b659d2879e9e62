"""The firewall stays where it is.

Requirement: firewalls cannot be deleted or moved to other subnets by one call.
Why it matters: routes go through it: without it the cluster is cut off, or, when they are mended in haste, open.
What it looks at: delete, subnet and policy change protection.
Known limits: a rehearsal deletes it on purpose: there the rule is advice.
Fix: set both.
Sources: AWS Network Firewall Developer Guide
"""

from __future__ import annotations

from policies.checks import must_be_on
from policies.controls import cite
from policies.rule import Enforcement, Rule, Severity

RULE = Rule(
    id="RW-PNET-017",
    title="The firewall stays where it is",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"aws:networkfirewall/firewall:Firewall"}),
    controls=cite("disaster-recovery", "change-management"),
    fix="turn on delete and subnet change protection",
    code="delete_protection=True, subnet_change_protection=True",
    find=must_be_on("deleteProtection", "subnetChangeProtection"),
    enforcement=Enforcement.ADVISORY,
)
