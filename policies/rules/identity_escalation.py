"""No policy lets its holder raise his own rights.

Requirement: no statement allows an action that hands out rights (new policy versions, attachments, keys, trust,
passing roles) on every resource.
Why it matters: whoever may attach a policy to himself has every right there is, by two calls.
What it looks at: allowing statements of IAM policies.
Known limits: chains over several policies are not followed; ``iam:PassRole`` on named roles is accepted.
Fix: name the resources, or add a permissions boundary as a condition.
Sources: NIST SP 800-53 r5 AC-6(10); AWS IAM User Guide, "Grant a user permissions to pass a role to an AWS service".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import statements, texts
from policies.rule import Resource, Rule, Severity

RAISES = frozenset(
    {
        "iam:AddUserToGroup",
        "iam:AttachGroupPolicy",
        "iam:AttachRolePolicy",
        "iam:AttachUserPolicy",
        "iam:CreateAccessKey",
        "iam:CreateLoginProfile",
        "iam:CreatePolicyVersion",
        "iam:PassRole",
        "iam:PutGroupPolicy",
        "iam:PutRolePolicy",
        "iam:PutUserPolicy",
        "iam:SetDefaultPolicyVersion",
        "iam:UpdateAssumeRolePolicy",
        "iam:UpdateLoginProfile",
        "sts:AssumeRole",
    }
)


def _find(policy: Resource, _: Sequence[Resource]) -> Iterator[str]:
    for statement in statements(policy):
        raising = sorted(RAISES & set(texts(statement.value("Action"))))
        everywhere = "*" in texts(statement.value("Resource"))
        if statement.value("Effect") == "Allow" and raising and everywhere and not statement.value("Condition"):
            yield f"{statement.name} allows {', '.join(raising)} on every resource"


RULE = Rule(
    id="RW-PIAM-007",
    title="No policy lets its holder raise his own rights",
    severity=Severity.HIGH,
    applies_to=frozenset(
        {
            "aws:iam/policy:Policy",
            "aws:iam/rolePolicy:RolePolicy",
            "aws:iam/userPolicy:UserPolicy",
            "aws:iam/groupPolicy:GroupPolicy",
        }
    ),
    controls=cite("least-privilege"),
    fix="name the roles and policies the action may touch",
    code="permissions_boundary=boundary.arn",
    find=_find,
)
