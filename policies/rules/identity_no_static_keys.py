"""The stack makes no long-lived credentials.

Requirement: no IAM user, access key or console password is a resource of the stack.
Why it matters: a key that never expires leaks in the end, and its secret lies in the state; people sign in through
single sign-on, machines through roles.
What it looks at: IAM users, access keys and login profiles: each one fails.
Known limits: a user that must exist (an old appliance) needs a waiver.
Fix: use a role, or IAM Identity Center for people.
Sources: AWS IAM User Guide, "Security best practices in IAM" (temporary credentials).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.rule import Resource, Rule, Severity


def _find(resource: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if resource.value("status", "Active") != "Inactive":
        yield "long-lived credentials are made here"


RULE = Rule(
    id="RW-PIAM-008",
    title="The stack makes no long-lived credentials",
    severity=Severity.HIGH,
    applies_to=frozenset(
        {"aws:iam/user:User", "aws:iam/accessKey:AccessKey", "aws:iam/userLoginProfile:UserLoginProfile"}
    ),
    controls=cite("static-credentials"),
    fix="use a role or single sign-on",
    code='aws.iam.Role("pipeline", assume_role_policy=federated)',
    find=_find,
)
