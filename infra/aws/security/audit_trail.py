"""The record that an auditor needs first: who called which API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_aws as aws

from infra.aws.account import Account
from infra.aws.bucket import SecureBucket
from infra.aws.documents import Scope, bucket_arn, bucket_policy, log_writer_policy, trust

LOG_RETENTION_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653),
)
"""The only values that CloudWatch takes: API Reference, PutRetentionPolicy, `retentionInDays`."""


def log_retention(days: int) -> int:
    """Smallest retention on offer that keeps logs for at least `days`; 0 (for ever) beyond ten years."""
    return next((offered for offered in LOG_RETENTION_DAYS if offered >= days), 0)


class LogSink(pulumi.ComponentResource):
    """Encrypted log group and the role with which one AWS service writes into it."""

    group_arn: pulumi.Output[str]
    role_arn: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        account: Account,
        service: str,
        key_arn: pulumi.Input[str],
        retention_days: int,
        tags: Mapping[str, str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("rackwright:aws:LogSink", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        group = aws.cloudwatch.LogGroup(
            name,
            name=f"/rackwright/{name}",
            kms_key_id=key_arn,
            retention_in_days=log_retention(retention_days),
            tags=tags,
            opts=child,
        )
        trusted = account.render(lambda scope: trust(service, account=scope.account))
        role = aws.iam.Role(name, name=name, assume_role_policy=trusted, tags=tags, opts=child)
        writes = aws.iam.RolePolicy(
            name, name="write-logs", role=role.name, policy=group.arn.apply(log_writer_policy), opts=child
        )
        self.group_arn = group.arn
        # Whoever uses the role must wait for its policy, or the first delivery fails.
        self.role_arn = pulumi.Output.all(role.arn, writes.id).apply(lambda both: str(both[0]))
        self.register_outputs({"group_arn": self.group_arn, "role_arn": self.role_arn})


class AuditTrail(pulumi.ComponentResource):
    """CloudTrail over all regions with validated, encrypted log files, and object access of the data buckets.

    With `locked` nobody changes or removes a file while it is kept, except who may bypass the lock. With
    `organisation` it covers every account of the organisation; only the management account may make such a trail.
    With `protect` the engine refuses to delete the bucket of log files.
    Source: AWS CloudTrail User Guide, "Security best practices in AWS CloudTrail", "Creating a trail for an
    organization".
    """

    trail_arn: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        account: Account,
        bucket: str,
        sink: LogSink,
        key_arn: pulumi.Input[str],
        data_bucket_arns: Sequence[str],
        retention_days: int,
        organisation: bool = False,
        locked: bool = False,
        tags: Mapping[str, str],
        protect: bool,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("rackwright:aws:AuditTrail", name, None, opts)
        files = SecureBucket(
            f"{name}-files",
            physical_name=bucket,
            key_arn=key_arn,
            retention_days=retention_days,
            policy=account.render(lambda scope: _trail_bucket_policy(scope, name, bucket, organisation)),
            object_lock=locked,
            tags=tags,
            protect=protect,
            opts=pulumi.ResourceOptions(parent=self),
        )
        trail = aws.cloudtrail.Trail(
            name,
            name=name,
            s3_bucket_name=files.ready_bucket,
            is_multi_region_trail=True,
            is_organization_trail=organisation,
            include_global_service_events=True,
            enable_logging=True,
            enable_log_file_validation=True,
            kms_key_id=key_arn,
            cloud_watch_logs_group_arn=sink.group_arn.apply(lambda arn: f"{arn}:*"),
            cloud_watch_logs_role_arn=sink.role_arn,
            event_selectors=[_events(data_bucket_arns)],
            tags=tags,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.trail_arn = trail.arn
        self.register_outputs({"trail_arn": self.trail_arn})


def _trail_bucket_policy(scope: Scope, trail: str, bucket: str, organisation: bool) -> str:
    return bucket_policy(
        bucket_arn(bucket, scope.region),
        trail_arn=scope.arn("cloudtrail", f"trail/{trail}"),
        account=scope.account,
        organisation=organisation,
    )


def _events(data_bucket_arns: Sequence[str]) -> aws.cloudtrail.TrailEventSelectorArgs:
    """All management events, and every read and write of objects in the data buckets."""
    objects = [f"{arn}/" for arn in data_bucket_arns]
    data = [aws.cloudtrail.TrailEventSelectorDataResourceArgs(type="AWS::S3::Object", values=objects)]
    return aws.cloudtrail.TrailEventSelectorArgs(
        read_write_type="All", include_management_events=True, data_resources=data if objects else []
    )
