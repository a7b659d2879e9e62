"""Policies that Kubernetes on AWS needs; pure text, so that they can be judged in a preview."""

from __future__ import annotations

from infra.aws.documents import Scope, Statement, as_text

MANAGED = "arn:{partition}:iam::aws:policy/{name}"


def managed_policy(scope: Scope, name: str) -> str:
    """ARN of one of AWS's policies."""
    return MANAGED.format(partition=scope.partition, name=name)


def access_policy(scope: Scope, name: str) -> str:
    """ARN of one of EKS's access policies."""
    return f"arn:{scope.partition}:eks::aws:cluster-access-policy/{name}"


def pod_trust(scope: Scope, cluster: str) -> str:
    """Trust of a role that pods of `cluster` take through pod identity.

    Source: Amazon EKS User Guide, "Create IAM role with trust policy required by EKS Pod Identity".
    """
    statement: Statement = {
        "Effect": "Allow",
        "Principal": {"Service": "pods.eks.amazonaws.com"},
        "Action": ["sts:AssumeRole", "sts:TagSession"],
        "Condition": {
            "StringEquals": {"aws:SourceAccount": scope.account},
            "ArnEquals": {"aws:SourceArn": scope.arn("eks", f"cluster/{cluster}")},
        },
    }
    return as_text([statement])


def people_trust(scope: Scope, *, mfa: bool) -> str:
    """Trust of a role that people of the account take, whom their own policies allow to.

    Source: AWS IAM User Guide, "Secure API access with MFA".
    """
    statement: Statement = {"Effect": "Allow", "Principal": {"AWS": scope.root}, "Action": "sts:AssumeRole"}
    if mfa:
        statement["Condition"] = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    return as_text([statement])


def find_cluster_policy(scope: Scope, cluster: str) -> str:
    """What a person needs to make a kubeconfig."""
    arn = scope.arn("eks", f"cluster/{cluster}")
    return as_text([{"Effect": "Allow", "Action": ["eks:DescribeCluster"], "Resource": arn}])
