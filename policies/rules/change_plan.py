"""What was applied is what was approved.

Requirement: the plan that was applied has the digest of the plan that was approved.
Why it matters: between approval and apply the world and the code go on: another plan is another change.
What it looks at: both digests.
Known limits: a change without an approved plan is a finding of its own kind: it names none.
Fix: apply the approved plan file.
Sources: COBIT 2019 BAI06.01; NIST SP 800-53 r5 CM-3
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import known
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(change: Resource, _: Sequence[Resource]) -> Iterator[str]:
    approved = known(change, "approvedPlanDigest")
    if approved is None:
        yield "no plan was approved"
    elif approved != known(change, "planDigest"):
        yield "another plan was applied than was approved"


RULE = Rule(
    id="RW-PCHG-003",
    title="What was applied is what was approved",
    severity=Severity.HIGH,
    applies_to=frozenset({"pipeline:change"}),
    controls=cite("change-management"),
    fix="apply the approved plan",
    code="./rw up <stack> --plan plan.json",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
