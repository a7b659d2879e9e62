"""What the nodes may do in the account."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from infra.aws.boundary import NodeBoundary, node_documents, node_permissions
from infra.aws.context import Context
from infra.aws.documents import trust


class NodeIdentity(pulumi.ComponentResource):
    """Role and instance profile of the nodes: Session Manager, the cluster's own buckets, secrets, images and metrics.

    Each permission is a policy of its own, so that a reviewer sees what a change adds; the boundary says what no change
    can add.
    Source: AWS IAM User Guide, "Security best practices in IAM" (apply least-privilege permissions).
    """

    profile_name: pulumi.Output[str]
    profile_arn: pulumi.Output[str]
    role_name: pulumi.Output[str]

    def __init__(
        self, context: Context, *, bundle_arns: Sequence[str], opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("rackwright:aws:NodeIdentity", context.prefix, None, opts)
        context = context.within(self)
        name, access = f"{context.prefix}-node", context.design.governance.access
        role = aws.iam.Role(
            name,
            name=name,
            description=f"Nodes of cluster {context.prefix}",
            assume_role_policy=trust("ec2.amazonaws.com"),
            permissions_boundary=access.boundary
            or NodeBoundary(context, bundle_arns=bundle_arns, opts=context.child).arn,
            tags=context.tags,
            opts=context.child,
        )
        for label in node_permissions(context):
            aws.iam.RolePolicy(
                f"{name}-{label}", name=label, role=role.name, policy=_document(context, label), opts=context.child
            )
        for index, arn in enumerate(access.node_policies):
            aws.iam.RolePolicyAttachment(f"{name}-more-{index}", role=role.name, policy_arn=arn, opts=context.child)
        profile = aws.iam.InstanceProfile(name, name=name, role=role.name, tags=context.tags, opts=context.child)
        self.profile_name, self.profile_arn, self.role_name = profile.name, profile.arn, role.name
        self.register_outputs({"profile_name": self.profile_name})


def _document(context: Context, label: str) -> pulumi.Output[str]:
    return context.account.render(lambda scope: node_documents(scope, context)[label])
