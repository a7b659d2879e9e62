"""IAM policies grant no wildcards.

Requirement: an allowing statement names its actions one by one and its resources by ARN.
Why it matters: ``s3:*`` or ``*`` gives a stolen node credential the whole account; and nobody notices a new action that
AWS adds to a wildcard later.
What it looks at: `Action`, `NotAction` and `Resource` of allowing statements of IAM policies, in-line ones included.
Known limits: ``Resource: *`` is accepted for actions for which AWS defines no resource, by a list that we keep by hand.
Resource and key policies are judged by other rules: there, ``*`` means the resource itself.
Fix: name the actions the nodes really call and the ARNs they call them on.
Sources: CIS AWS Foundations 3.0.0 1.16; AWS Service Authorization Reference.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import maps, statements, texts
from policies.rule import Resource, Rule, Severity

WITHOUT_RESOURCE = (
    "autoscaling:Describe",
    "cloudwatch:PutMetricData",
    "ec2:Describe",
    "ec2messages:",
    "ecr:GetAuthorizationToken",
    "kms:ListAliases",
    "logs:DescribeLogGroups",
    "s3:ListAllMyBuckets",
    "ssm:UpdateInstanceInformation",
    "ssmmessages:",
    "sts:GetCallerIdentity",
    "tag:GetResources",
)
"""Beginnings of actions that AWS authorises on ``*`` alone."""


def _find(resource: Resource, _: Sequence[Resource]) -> Iterator[str]:
    documents = [statements(resource), statements(resource, "inlinePolicy")]
    documents += [statements(entry) for entry in maps(resource, "inlinePolicies")]
    for statement in (each for document in documents for each in document):
        if statement.value("Effect") == "Allow":
            yield from _statement(statement)


def _statement(statement: Resource) -> Iterator[str]:
    actions = texts(statement.value("Action"))
    if statement.value("NotAction") is not None:
        yield f"{statement.name} allows all actions but some (NotAction)"
    for action in actions:
        if "*" in action:
            yield f"{statement.name} allows {action!r}"
    if "*" in texts(statement.value("Resource")):
        wide = [action for action in actions if "*" not in action and not action.startswith(WITHOUT_RESOURCE)]
        if wide:
            yield f"{statement.name} allows {', '.join(wide)} on every resource"


RULE = Rule(
    id="RW-PIAM-001",
    title="IAM policies grant no wildcards",
    severity=Severity.HIGH,
    applies_to=frozenset(
        {
            "aws:iam/policy:Policy",
            "aws:iam/rolePolicy:RolePolicy",
            "aws:iam/userPolicy:UserPolicy",
            "aws:iam/groupPolicy:GroupPolicy",
            "aws:iam/role:Role",
            "aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy",
        }
    ),
    controls=cite("least-privilege", "NIST-800-53r5:AC-6(1)", "CIS-AWS-3.0:1.16", "CIS-AWS-7.0:2.14"),
    fix="name actions and resource ARNs one by one",
    code='{"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::my-bucket/*"]}',
    find=_find,
)
