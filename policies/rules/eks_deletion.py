"""A cluster cannot be deleted by one call.

Requirement: deletion protection of the cluster is on.
Why it matters: one wrong context and the queue of a week is gone.
What it looks at: `deletionProtection` of clusters.
Known limits: a rehearsal deletes its cluster on purpose: there the rule is advice.
Fix: set `deletion_protection`.
Sources: Amazon EKS User Guide, "Protect EKS clusters from accidental deletion"
"""

from __future__ import annotations

from policies.checks import must_be_on
from policies.controls import cite
from policies.rule import Enforcement, Rule, Severity

RULE = Rule(
    id="RW-PEKS-008",
    title="A cluster cannot be deleted by one call",
    severity=Severity.LOW,
    applies_to=frozenset({"aws:eks/cluster:Cluster"}),
    controls=cite("disaster-recovery"),
    fix="set deletion_protection",
    code="deletion_protection=True",
    find=must_be_on("deletionProtection"),
    enforcement=Enforcement.ADVISORY,
)
