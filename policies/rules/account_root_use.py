"""Root is not used.

Requirement: the root user has not signed in within 90 days.
Why it matters: daily work as root leaves no name and no limit.
What it looks at: last use in the credential report.
Known limits: closing an account or changing support needs root: waive it with the day.
Fix: use a role.
Sources: CIS AWS Foundations 3.0.0, section 1; IAM User Guide, "Security best practices"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import number
from policies.rule import Enforcement, Resource, Rule, Severity

LEAST_DAYS = 90


def _find(account: Resource, _: Sequence[Resource]) -> Iterator[str]:
    days = number(account.value("rootLastUsedDays"))
    if days is not None and days < LEAST_DAYS:
        yield f"root was used {days:g} days ago"


RULE = Rule(
    id="RW-PACC-003",
    title="Root is not used",
    severity=Severity.HIGH,
    applies_to=frozenset({"account:aws/summary:Summary"}),
    controls=cite("privileged-access", "CIS-AWS-3.0:1.7"),
    fix="use a role",
    code="aws sts assume-role",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
