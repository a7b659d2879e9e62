"""The most that roles of a cluster may ever do, whatever is attached to them later."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from infra.aws.compute.power_documents import named_arns, power_policy
from infra.aws.context import Context
from infra.aws.documents import (
    Scope,
    Statement,
    bucket_use_policy,
    bundle_policy,
    image_pull_policy,
    secret_read_policy,
    session_manager_policy,
    telemetry_policy,
)
from infra.aws.governing.people_documents import boundary_policy
from infra.aws.security.key_documents import wrap_policy
from infra.aws.storage.storage_side import data_bucket_arns
from rackwright.design.keys import key_alias

ROLE = "aws:iam/role:Role"


def node_permissions(context: Context) -> list[str]:
    """Labels of `node_documents`, known without knowing the account."""
    return list(node_documents(Scope("aws", "0", context.region), context))


def node_documents(scope: Scope, context: Context) -> dict[str, str]:
    """What every node of the cluster may do: one document for each purpose."""
    cluster, arns = context.prefix, data_bucket_arns(context.design, context.region)
    more = [f"arn:{scope.partition}:s3:::{name}" for name in context.design.governance.access.node_buckets]
    found = {
        "session-manager": session_manager_policy(),
        "secrets": secret_read_policy(scope, cluster),
        "images": image_pull_policy(scope, cluster),
        "telemetry": telemetry_policy(scope, cluster),
    }
    if any(key.of_nodes for key in context.design.governance.keys):
        found["local-keys"] = wrap_policy(scope, key_alias(cluster, "scratch"))
    if arns:
        found["buckets"] = bucket_use_policy(arns)
    if more:
        found["more-buckets"] = bucket_use_policy(more, write=False)
    return found


def boundary_document(scope: Scope, context: Context, bundle_arns: Sequence[str]) -> str:
    """The union of what nodes and controllers are given, and what nobody ever is; bundles are in `bundle_arns`."""
    role = f"arn:{scope.partition}:iam::{scope.account}:role/{context.prefix}-node"
    instances = scope.arn("ec2", "instance/*")
    texts = [
        *node_documents(scope, context).values(),
        *(bundle_policy(arn) for arn in bundle_arns),
        power_policy(scope, context.prefix, [instances], role, named_arns(scope, context.design.pools)),
    ]
    parsed: list[list[Statement]] = [json.loads(text)["Statement"] for text in texts]
    return boundary_policy(parsed)


class NodeBoundary(pulumi.ComponentResource):
    """Permissions boundary of the nodes' role, as a managed policy.

    Source: AWS IAM User Guide, "Permissions boundaries for IAM entities".
    """

    arn: pulumi.Output[str]

    def __init__(
        self, context: Context, *, bundle_arns: Sequence[str], opts: pulumi.ResourceOptions | None = None
    ) -> None:
        name = f"{context.prefix}-node-boundary"
        super().__init__("rackwright:aws:NodeBoundary", name, None, opts)
        self.arn = aws.iam.Policy(
            name,
            name=name,
            description=f"The most that nodes of cluster {context.prefix} may do",
            policy=context.account.render(lambda scope: boundary_document(scope, context, bundle_arns)),
            tags=context.tags,
            opts=pulumi.ResourceOptions(parent=self),
        ).arn
        self.register_outputs({"arn": self.arn})


def bounded(arn: str | None) -> list[pulumi.ResourceTransformation]:
    """Gives every role of the stack the boundary that the spec names; roles that have one keep it."""
    if arn is None:
        return []

    def transform(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        if args.type_ != ROLE or args.props.get("permissions_boundary") is not None:
            return None
        return pulumi.ResourceTransformationResult({**args.props, "permissions_boundary": arn}, args.opts)

    return [transform]
