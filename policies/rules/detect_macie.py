"""Personal data is looked for where it should not be.

Requirement: Macie is on where the stack holds personal, health or financial data.
Why it matters: data is copied into buckets that nobody classified; Macie finds it.
What it looks at: Macie accounts, and networks of stacks with such data.
Known limits: Macie reads S3 only.
Fix: set `monitoring.macie: true`.
Sources: Amazon Macie User Guide
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import is_true, of_type
from policies.rule import Enforcement, Resource, Rule, Severity
from policies.subjects.account import REGION

KIND = "aws:macie2/account:Account"


def _find(resource: Resource, resources: Sequence[Resource]) -> Iterator[str]:
    if resource.type == REGION:
        if is_true(resource.value("inUse", default=True)) and not any(of_type(resources, KIND)):
            yield "Macie is off in this region"
        return
    if resource.value("status", "ENABLED") != "ENABLED":
        yield f"Macie is {resource.value('status')}"


RULE = Rule(
    id="RW-PDET-005",
    title="Personal data is looked for where it should not be",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"aws:macie2/account:Account", "account:aws/region:Region"}),
    controls=cite("data-classification", "incident-detection", "CIS-AWS-3.0:2.1.3"),
    fix="turn on Macie",
    code='aws.macie2.Account("personal-data", status="ENABLED")',
    find=_find,
    enforcement=Enforcement.ADVISORY,
    needs_stack=True,
)
