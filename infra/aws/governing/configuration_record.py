"""AWS Config: what was configured how and when, and whether it was as it should be."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from infra.aws.bucket import SecureBucket, bucket_name
from infra.aws.context import Context, Keys
from infra.aws.documents import Scope, bucket_arn, config_bucket_policy, config_writer_policy, trust
from infra.aws.governing.backup_plan import managed_policy

MANAGED_POLICY = "service-role/AWS_ConfigRole"
"""AWS's own policy for reading every configuration: it grows with AWS's types."""


class ConfigurationRecord(pulumi.ComponentResource):
    """Recorder of every type, delivery into an encrypted bucket, and managed rules.

    With `protect` the engine refuses to delete the bucket of records.
    Source: AWS Config Developer Guide, "Recording AWS resources", "Permissions for the IAM role of AWS Config".
    """

    def __init__(
        self,
        context: Context,
        keys: Keys,
        *,
        rules: Sequence[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        name = f"{context.prefix}-config"
        super().__init__("rackwright:aws:ConfigurationRecord", name, None, opts)
        self._context, self._prefix = context.within(self), name
        bucket = self._declare_bucket(keys)
        role = self._declare_role(keys)
        recorder = aws.cfg.Recorder(
            name,
            name="default",
            role_arn=role,
            recording_group=aws.cfg.RecorderRecordingGroupArgs(all_supported=True, include_global_resource_types=True),
            opts=self._context.child,
        )
        channel = aws.cfg.DeliveryChannel(
            name,
            name="default",
            s3_bucket_name=bucket.ready_bucket,
            s3_kms_key_arn=keys.logs,
            snapshot_delivery_properties=aws.cfg.DeliveryChannelSnapshotDeliveryPropertiesArgs(
                delivery_frequency="TwentyFour_Hours"
            ),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[recorder]),
        )
        running = aws.cfg.RecorderStatus(
            name,
            name=recorder.name,
            is_enabled=True,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[channel]),
        )
        for rule in rules:
            self._declare_rule(rule, running)
        self.register_outputs({})

    def _declare_bucket(self, keys: Keys) -> SecureBucket:
        context = self._context
        physical = bucket_name(context.prefix, "config", context.region)
        return SecureBucket(
            f"{self._prefix}-files",
            physical_name=physical,
            key_arn=keys.logs,
            retention_days=context.design.retention_days,
            policy=context.account.render(lambda scope: _bucket_policy(scope, physical)),
            object_lock=context.design.governance.trail.locked,
            tags=context.tags,
            protect=context.protect,
            opts=context.child,
        )

    def _declare_role(self, keys: Keys) -> pulumi.Output[str]:
        context, name = self._context, self._prefix
        role = aws.iam.Role(
            name,
            name=name,
            assume_role_policy=context.account.render(lambda s: trust("config.amazonaws.com", account=s.account)),
            tags=context.tags,
            opts=context.child,
        )
        managed = managed_policy(context, MANAGED_POLICY)
        reads = aws.iam.RolePolicyAttachment(name, role=role.name, policy_arn=managed, opts=context.child)
        arn = bucket_arn(bucket_name(context.prefix, "config", context.region), context.region)
        document = pulumi.Output.all(context.account.scope, keys.logs).apply(
            lambda both: config_writer_policy(both[0], arn, str(both[1]))
        )
        writes = aws.iam.RolePolicy(name, name="deliver", role=role.name, policy=document, opts=context.child)
        # Whoever uses the role must wait for its policies, or the first delivery fails.
        return pulumi.Output.all(role.arn, reads.id, writes.id).apply(lambda all_: str(all_[0]))

    def _declare_rule(self, identifier: str, after: pulumi.Resource) -> None:
        label = identifier.lower().replace("_", "-")
        aws.cfg.Rule(
            f"{self._prefix}-{label}",
            name=f"{self._context.prefix}-{label}",
            source=aws.cfg.RuleSourceArgs(owner="AWS", source_identifier=identifier),
            tags=self._context.tags,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[after]),
        )


def _bucket_policy(scope: Scope, bucket: str) -> str:
    return config_bucket_policy(bucket_arn(bucket, scope.region), scope.account)
