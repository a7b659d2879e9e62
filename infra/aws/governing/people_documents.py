"""IAM documents of people: pure functions. Every action is named; a cluster's people touch that cluster alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import JsonValue

from infra.aws.documents import Scope, Statement, as_text

LOOK: tuple[str, ...] = (
    "autoscaling:DescribeAutoScalingGroups",
    "autoscaling:DescribeScalingActivities",
    "ec2:DescribeCapacityReservations",
    "ec2:DescribeInstanceStatus",
    "ec2:DescribeInstances",
    "ec2:DescribeTags",
)
"""What anybody of the cluster may look at; AWS knows no resources for these."""

OPERATE: tuple[str, ...] = (
    "autoscaling:SetDesiredCapacity",
    "autoscaling:StartInstanceRefresh",
    "autoscaling:TerminateInstanceInAutoScalingGroup",
    "ec2:RebootInstances",
    "ec2:StartInstances",
    "ec2:StopInstances",
)
"""What operators may do with things that carry the stack's tag."""

ADMINISTER: tuple[str, ...] = (
    "ec2:TerminateInstances",
    "fsx:CreateBackup",
    "fsx:UpdateFileSystem",
    "secretsmanager:DescribeSecret",
    "secretsmanager:PutSecretValue",
)
"""What administrators may do beyond that; reading a secret is for nodes."""

SELF_SERVICE: tuple[str, ...] = (
    "iam:ChangePassword",
    "iam:CreateVirtualMFADevice",
    "iam:EnableMFADevice",
    "iam:GetAccountPasswordPolicy",
    "iam:GetUser",
    "iam:ListMFADevices",
    "iam:ListVirtualMFADevices",
    "iam:ResyncMFADevice",
    "sts:GetSessionToken",
)
"""What a person may do before the second factor is set up."""


def require_mfa_policy() -> str:
    """Refuse everything but setting up the second factor to whoever came without one.

    Source: AWS IAM User Guide, "AWS: Allows MFA-authenticated IAM users to manage their own credentials".
    """
    return as_text(
        [
            {
                "Sid": "RefuseWithoutSecondFactor",
                "Effect": "Deny",
                "NotAction": list(SELF_SERVICE),
                "Resource": "*",
                "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
            }
        ]
    )


def people_policy(scope: Scope, cluster: str, kind: Literal["administrators", "operators", "users"]) -> str:
    """What people of one kind may do: look, log in by Session Manager, operate, administer."""
    mine: JsonValue = {"StringEquals": {"aws:ResourceTag/rackwright:stack": cluster}}
    statements: list[Statement] = [
        {"Sid": "Look", "Effect": "Allow", "Action": list(LOOK), "Resource": "*"},
        *_sessions(scope, cluster),
    ]
    operate: Sequence[str] = {"administrators": (*OPERATE, *ADMINISTER), "operators": OPERATE, "users": ()}[kind]
    if operate:
        statements.append(
            {
                "Sid": "Operate",
                "Effect": "Allow",
                "Action": list(operate),
                "Resource": _operated(scope, cluster),
                "Condition": mine,
            }
        )
    return as_text(statements)


def _operated(scope: Scope, cluster: str) -> list[JsonValue]:
    return [
        scope.arn("autoscaling", f"autoScalingGroup:*:autoScalingGroupName/{cluster}-*"),
        scope.arn("ec2", "instance/*"),
        scope.arn("fsx", "backup/*"),
        scope.arn("fsx", "file-system/*"),
        scope.arn("secretsmanager", f"secret:{cluster}/*"),
    ]


def _sessions(scope: Scope, cluster: str) -> list[Statement]:
    """Log in to nodes of the cluster, and end one's own sessions.

    Source: AWS Systems Manager User Guide, "Sample IAM policies for Session Manager".
    """
    return [
        {
            "Sid": "LogIn",
            "Effect": "Allow",
            "Action": "ssm:StartSession",
            "Resource": scope.arn("ec2", "instance/*"),
            "Condition": {"StringEquals": {"ssm:resourceTag/rackwright:stack": cluster}},
        },
        {
            "Sid": "LogInAsOneself",
            "Effect": "Allow",
            "Action": "ssm:StartSession",
            "Resource": scope.arn("ssm", "document/SSM-SessionManagerRunShell"),
        },
        {
            "Sid": "EndOwnSessions",
            "Effect": "Allow",
            "Action": ["ssm:ResumeSession", "ssm:TerminateSession"],
            "Resource": scope.arn("ssm", "session/${aws:userid}-*"),
        },
    ]


NEVER: tuple[str, ...] = (
    "cloudtrail:DeleteTrail",
    "cloudtrail:StopLogging",
    "guardduty:DeleteDetector",
    "iam:AddUserToGroup",
    "iam:AttachRolePolicy",
    "iam:AttachUserPolicy",
    "iam:CreateAccessKey",
    "iam:CreatePolicyVersion",
    "iam:CreateRole",
    "iam:CreateUser",
    "iam:DeleteRolePermissionsBoundary",
    "iam:PutRolePolicy",
    "iam:UpdateAssumeRolePolicy",
    "kms:DisableKey",
    "kms:PutKeyPolicy",
    "kms:ScheduleKeyDeletion",
    "organizations:LeaveOrganization",
)
"""What no role of a cluster may ever do, whatever is attached to it."""


def boundary_policy(documents: Sequence[Sequence[Statement]]) -> str:
    """Permissions boundary: what the given documents allow is the most, and `NEVER` is refused.

    Source: AWS IAM User Guide, "Permissions boundaries for IAM entities".
    """
    allowed = [
        {key: value for key, value in statement.items() if key != "Sid"}
        for statements in documents
        for statement in statements
        if statement["Effect"] == "Allow"
    ]
    return as_text([*allowed, {"Sid": "Never", "Effect": "Deny", "Action": list(NEVER), "Resource": "*"}])
