"""Nobody keeps a password that he does not use.

Requirement: passwords that were not used for 45 days are removed.
Why it matters: the account of somebody who left is used by somebody else.
What it looks at: last use of passwords in the credential report.
Known limits: a password that was never used counts from its age: the report says none.
Fix: remove the password.
Sources: CIS AWS Foundations 3.0.0, section 1; IAM User Guide, "Security best practices"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import is_true, known, number
from policies.rule import Enforcement, Resource, Rule, Severity

MOST_IDLE_DAYS = 45


def _find(user: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if not is_true(known(user, "console")):
        return
    idle = number(user.value("consoleUnusedDays"))
    if idle is None:
        yield "has a password that was never used"
    elif idle > MOST_IDLE_DAYS:
        yield f"has a password unused for {idle:g} days, expected at most {MOST_IDLE_DAYS}"


RULE = Rule(
    id="RW-PACC-010",
    title="Nobody keeps a password that he does not use",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"account:aws/user:User"}),
    controls=cite("stale-access", "CIS-AWS-3.0:1.12"),
    fix="remove the password",
    code="aws iam delete-login-profile --user-name alice",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
