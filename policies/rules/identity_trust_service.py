"""A role for a service works for this account only.

Requirement: a trust policy for an AWS service other than EC2 has a condition on the source account or ARN.
Why it matters: some services act for many customers; without the condition another customer can have the service use
this role (the confused deputy).
What it looks at: `assumeRolePolicy` of roles whose principal is a service.
Known limits: EC2, Lambda, ECS tasks and EKS are left out: they take roles of their own account only.
Fix: add ``aws:SourceAccount`` (or ``aws:SourceArn``) to the trust policy.
Sources: AWS IAM User Guide, "The confused deputy problem".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import statements, texts
from policies.rule import Enforcement, Resource, Rule, Severity

OWN_ACCOUNT_ONLY = frozenset(
    f"{service}.amazonaws.com" for service in ("ec2", "ecs-tasks", "eks", "eks-nodegroup", "lambda", "pods.eks")
)


def _find(role: Resource, _: Sequence[Resource]) -> Iterator[str]:
    for statement in statements(role, "assumeRolePolicy"):
        services = set(texts(statement.value("Principal.Service"))) - OWN_ACCOUNT_ONLY
        if statement.value("Effect") == "Allow" and services and "aws:Source" not in str(statement.value("Condition")):
            yield f"{statement.name} trusts {', '.join(sorted(services))} without a source account"


RULE = Rule(
    id="RW-PIAM-004",
    title="A role for a service works for this account only",
    severity=Severity.LOW,
    applies_to=frozenset({"aws:iam/role:Role"}),
    controls=cite("least-privilege"),
    fix="add a condition on aws:SourceAccount",
    code='{"Condition": {"StringEquals": {"aws:SourceAccount": "111122223333"}}}',
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
