"""IAM documents about money: pure functions."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import JsonValue

from infra.aws.documents import Scope, as_text


def stop_elastic_policy(scope: Scope, groups: Sequence[str]) -> str:
    """Refuse to make the named groups larger, and to launch fleets; instances that run are left alone.

    Source: Service Authorization Reference, "Amazon EC2 Auto Scaling" and "Amazon EC2", read 2026-11-21.
    """
    arns: list[JsonValue] = [
        scope.arn("autoscaling", f"autoScalingGroup:*:autoScalingGroupName/{group}") for group in groups
    ]
    return as_text(
        [
            {
                "Sid": "NoLargerGroups",
                "Effect": "Deny",
                "Action": ["autoscaling:SetDesiredCapacity", "autoscaling:UpdateAutoScalingGroup"],
                "Resource": arns,
            },
            {
                "Sid": "NoLaunches",
                "Effect": "Deny",
                "Action": ["ec2:CreateFleet", "ec2:RunInstances", "ec2:StartInstances"],
                "Resource": "*",
            },
        ]
    )


def action_policy(scope: Scope, role: str, policy: str) -> str:
    """Let Budgets attach one policy to one role, and take it away again."""
    own = f"arn:{scope.partition}:iam::{scope.account}"
    return as_text(
        [
            {
                "Effect": "Allow",
                "Action": ["iam:AttachRolePolicy", "iam:DetachRolePolicy"],
                "Resource": f"{own}:role/{role}",
                "Condition": {"ArnEquals": {"iam:PolicyARN": f"{own}:policy/{policy}"}},
            }
        ]
    )
