"""Rights belong to roles and groups, not to users.

Requirement: no policy is attached to, or written into, a single user.
Why it matters: rights of single users are forgotten when people move on; roles and groups show in one place who may
what.
What it looks at: user policies, user attachments and policy attachments with users.
Known limits: users made outside the stack are not seen.
Fix: give the right to a role or group.
Sources: CIS AWS Foundations 3.0.0 1.15.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import items
from policies.rule import Resource, Rule, Severity


def _find(resource: Resource, _: Sequence[Resource]) -> Iterator[str]:
    users = items(resource.value("user")) + items(resource.value("users"))
    if users:
        yield f"{len(users)} user(s) get a policy of their own"


RULE = Rule(
    id="RW-PIAM-006",
    title="Rights belong to roles and groups, not to users",
    severity=Severity.MEDIUM,
    applies_to=frozenset(
        {
            "aws:iam/userPolicyAttachment:UserPolicyAttachment",
            "aws:iam/userPolicy:UserPolicy",
            "aws:iam/policyAttachment:PolicyAttachment",
        }
    ),
    controls=cite("least-privilege", "CIS-AWS-3.0:1.15", "CIS-AWS-7.0:2.13"),
    fix="attach the policy to a role or group",
    code='aws.iam.RolePolicyAttachment("readers", role=role.name, policy_arn=policy.arn)',
    find=_find,
)
