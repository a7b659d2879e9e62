"""Who read and wrote the data buckets, as S3 itself records it."""

from __future__ import annotations

import pulumi

from infra.aws.bucket import SecureBucket
from infra.aws.context import Context
from infra.aws.documents import Scope, access_log_policy, bucket_arn


class AccessLogBucket(pulumi.ComponentResource):
    """Bucket that S3 delivers its access logs to.

    S3 delivers only into buckets that are encrypted with its own key, so this one has no key of the cluster.
    Source: Amazon S3 User Guide, "Enabling Amazon S3 server access logging".
    """

    ready_bucket: pulumi.Output[str]

    def __init__(
        self, name: str, context: Context, *, physical_name: str, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("rackwright:aws:AccessLogBucket", name, None, opts)
        bucket = SecureBucket(
            name,
            physical_name=physical_name,
            key_arn=None,
            retention_days=context.design.retention_days,
            expire_days=context.design.retention_days,
            policy=context.account.render(lambda scope: _policy(scope, physical_name)),
            tags=context.tags,
            protect=context.protect,
            opts=pulumi.ResourceOptions(parent=self),
        )
        # Named by the bucket, known once its policy is in force.
        self.ready_bucket = pulumi.Output.all(bucket.bucket, bucket.ready_bucket).apply(lambda both: str(both[0]))
        self.register_outputs({"bucket": self.ready_bucket})


def _policy(scope: Scope, bucket: str) -> str:
    return access_log_policy(bucket_arn(bucket, scope.region), scope.account)
