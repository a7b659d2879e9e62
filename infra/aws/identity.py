"""What the nodes may do in the account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_aws as aws

from infra.aws.account import Account
from infra.aws.documents import bucket_use_policy, secret_read_policy, session_manager_policy, trust


class NodeIdentity(pulumi.ComponentResource):
    """Role and instance profile of the nodes: Session Manager, the cluster's own buckets, its own secrets.

    Each permission is a policy of its own, so that a reviewer sees what a change adds.
    Source: AWS IAM User Guide, "Security best practices in IAM" (apply least-privilege permissions).
    """

    profile_name: pulumi.Output[str]
    profile_arn: pulumi.Output[str]
    role_name: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        account: Account,
        bucket_arns: Sequence[str],
        tags: Mapping[str, str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("rackwright:aws:NodeIdentity", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        role = aws.iam.Role(
            f"{name}-node",
            name=f"{name}-node",
            description=f"Nodes of cluster {name}",
            assume_role_policy=trust("ec2.amazonaws.com"),
            tags=tags,
            opts=child,
        )
        policies: dict[str, pulumi.Input[str]] = {
            "session-manager": session_manager_policy(),
            "secrets": account.render(lambda scope: secret_read_policy(scope, name)),
        }
        if bucket_arns:
            policies["buckets"] = bucket_use_policy(bucket_arns)
        for label, document in policies.items():
            aws.iam.RolePolicy(f"{name}-node-{label}", name=label, role=role.name, policy=document, opts=child)
        profile = aws.iam.InstanceProfile(f"{name}-node", name=f"{name}-node", role=role.name, tags=tags, opts=child)
        self.profile_name, self.profile_arn, self.role_name = profile.name, profile.arn, role.name
        self.register_outputs({"profile_name": self.profile_name})
