"""People sign in with a second factor.

Requirement: users with a password have a second factor.
Why it matters: passwords are found in other services' leaks.
What it looks at: rows of the credential report.
Known limits: users of the identity provider are judged there.
Fix: register a factor, or remove the password.
Sources: CIS AWS Foundations 3.0.0, section 1; IAM User Guide, "Security best practices"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import is_true, known
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(user: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if is_true(known(user, "console")) and not is_true(known(user, "mfa")):
        yield "signs in with a password and no second factor"


RULE = Rule(
    id="RW-PACC-008",
    title="People sign in with a second factor",
    severity=Severity.HIGH,
    applies_to=frozenset({"account:aws/user:User"}),
    controls=cite("mfa", "CIS-AWS-3.0:1.10"),
    fix="register a second factor",
    code="aws iam enable-mfa-device --user-name alice",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
