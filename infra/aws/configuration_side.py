"""The configuration side of a cluster: where nodes that configure themselves find their bundle and report."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from infra.aws.bucket import SecureBucket, bucket_name
from infra.aws.context import Context, Keys
from infra.aws.documents import bucket_arn, bucket_policy, bundle_policy
from infra.aws.security.identity import NodeIdentity
from infra.settings import Settings
from rackwright.design.boot import BundleSource, source_for
from rackwright.design.model import Design
from rackwright.design.node_secrets import node_secrets

RECOVERY_DAYS = 7
"""Shortest that Secrets Manager offers for a secret that can be brought back."""


def node_bucket(design: Design, region: str) -> str:
    """Name of the bucket with bundles and reports, known before the apply."""
    return bucket_name(design.name, "nodes", region)


def bundle_source(design: Design, settings: Settings, region: str) -> BundleSource | None:
    """Where the nodes find their bundle; None for a cluster whose nodes are pushed to."""
    if settings.bundle_key is None:
        return None
    return source_for(
        bucket=node_bucket(design, region),
        region=region,
        public_key=settings.bundle_key,
        endpoint=settings.endpoint,
        cidr=design.network.cidr if design.target == "local" else None,
    )


def node_bucket_arns(context: Context) -> list[str]:
    """ARN of the bucket, known before the apply; none for a cluster whose nodes are pushed to."""
    if context.settings.bundle_key is None:
        return []
    return [bucket_arn(node_bucket(context.design, context.region), context.region)]


class ConfigurationSide(pulumi.ComponentResource):
    """Bucket with bundles (read by the nodes) and reports (written by them), and the secrets that roles need.

    A node cannot write the bundle that the others trust: its role reads there, and bundles are signed.
    Source: Amazon S3 User Guide, "Policies and permissions in Amazon S3".
    """

    outputs: dict[str, object]
    """What the stack exports of this side."""

    def __init__(self, context: Context, keys: Keys, identity: NodeIdentity) -> None:
        super().__init__("rackwright:aws:ConfigurationSide", f"{context.prefix}-configuration", None, context.child)
        self._context, self._keys = context.within(self), keys
        if context.settings.bundle_key is None:
            self.outputs = {}
        else:
            bucket = self._declare_bucket()
            self._allow_nodes(identity)
            self.outputs = {"node_bucket": bucket.bucket, "node_secrets": self._declare_secrets()}
        self.register_outputs(self.outputs)

    def _declare_bucket(self) -> SecureBucket:
        context = self._context
        name = node_bucket(context.design, context.region)
        return SecureBucket(
            f"{context.prefix}-nodes",
            physical_name=name,
            key_arn=self._keys.data,
            retention_days=context.design.retention_days,
            policy=bucket_policy(bucket_arn(name, context.region)),
            tags=context.tags,
            protect=False,  # everything in it can be made again from the stack and its lock
            opts=context.child,
        )

    def _allow_nodes(self, identity: NodeIdentity) -> None:
        context = self._context
        aws.iam.RolePolicy(
            f"{context.prefix}-node-configuration",
            name="configuration",
            role=identity.role_name,
            policy=bundle_policy(bucket_arn(node_bucket(context.design, context.region), context.region)),
            opts=context.child,
        )

    def _declare_secrets(self) -> dict[str, pulumi.Output[str]]:
        """Declared empty; the pipeline fills them, so that no state holds them."""
        context = self._context
        return {
            name: aws.secretsmanager.Secret(
                f"{context.prefix}-node-{name}",
                name=f"{context.prefix}/node/{name}",
                description=f"{name} of the nodes of cluster {context.prefix}; filled by rw up",
                kms_key_id=self._keys.secrets,
                recovery_window_in_days=RECOVERY_DAYS,
                tags=context.tags,
                opts=context.child,
            ).name
            for name in node_secrets(context.design)
        }
