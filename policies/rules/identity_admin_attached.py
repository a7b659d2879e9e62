"""No administrator policy of AWS is attached.

Requirement: ``AdministratorAccess`` and the other policies of AWS that amount to it are attached to nothing in the
stack.
Why it matters: a node, a job or a pipeline with administrator rights makes every other control a suggestion.
What it looks at: attachments, and `managedPolicyArns` of roles.
Known limits: a customer's own policy that amounts to the same is judged by the rule on wildcards.
Fix: write a policy with the actions that are needed.
Sources: CIS AWS Foundations 3.0.0 1.16; AWS Managed Policy Reference.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import texts
from policies.rule import Resource, Rule, Severity

ROLE_ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
ROLE = "aws:iam/role:Role"
TOO_MUCH = ("/AdministratorAccess", "/PowerUserAccess", "/IAMFullAccess", "/AWSCloudShellFullAccess")

NAMES = ("policyArn", "managedPolicyArn", "managedPolicyArns")


def _find(resource: Resource, _: Sequence[Resource]) -> Iterator[str]:
    for arn in (text for name in NAMES for text in texts(resource.value(name))):
        if arn.endswith(TOO_MUCH):
            yield f"{arn.rpartition('/')[2]} is attached"


RULE = Rule(
    id="RW-PIAM-005",
    title="No administrator policy of AWS is attached",
    severity=Severity.HIGH,
    applies_to=frozenset(
        {
            ROLE_ATTACHMENT,
            "aws:iam/policyAttachment:PolicyAttachment",
            "aws:iam/userPolicyAttachment:UserPolicyAttachment",
            "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
            "aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment",
            ROLE,
        }
    ),
    controls=cite("least-privilege", "CIS-AWS-3.0:1.16", "CIS-AWS-7.0:2.14"),
    fix="attach a policy with the needed actions only",
    code='aws.iam.RolePolicy("nodes", role=role.id, policy=narrow_document)',
    find=_find,
)
