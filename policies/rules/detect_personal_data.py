"""A stack with personal data has Macie.

Requirement: where resources are tagged as personal, health or financial data, the stack has Macie, or a live account
shows it.
Why it matters: see RW-PDET-005; the promise begins in the plan.
What it looks at: the classification tag and Macie accounts of the stack.
Known limits: Macie that an organisation runs is not in the stack: hence advice only; RW-PDET-005 is sure of the live
account.
Fix: leave `monitoring.macie` at its default.
Sources: GDPR Art. 30 and 32; Amazon Macie User Guide
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import is_regulated, of_type
from policies.rule import Enforcement, Resource, Rule, Severity

MACIE = "aws:macie2/account:Account"


def _find(network: Resource, resources: Sequence[Resource]) -> Iterator[str]:
    network.value("tags.rackwright:classification")
    if is_regulated(resources) and not any(of_type(resources, MACIE)):
        yield "the stack holds regulated data and has no Macie"


RULE = Rule(
    id="RW-PDET-008",
    title="A stack with personal data has Macie",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"aws:ec2/vpc:Vpc"}),
    controls=cite("data-classification", "incident-detection"),
    fix="turn on Macie",
    code="monitoring: {macie: true}",
    find=_find,
    enforcement=Enforcement.ADVISORY,
    confidence=Severity.LOW,
    needs_stack=True,
)
