"""A bucket as every bucket of a cluster is."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

MULTIPART_DAYS = 7
"""Parts of uploads that never finished cost money and show in no listing."""


def bucket_name(cluster: str, purpose: str, region: str) -> str:
    """Name in S3's world-wide space: the cluster's words and eight hex digits that keep strangers apart.

    Known before the apply, so that policies on the bucket can be judged in a preview. At most 63 characters.
    """
    digest = hashlib.sha256(f"{cluster}/{purpose}/{region}".encode()).hexdigest()[:8]
    return f"{cluster}-{purpose}"[:54].rstrip("-") + f"-{digest}"


class SecureBucket(pulumi.ComponentResource):
    """Bucket with the cluster's key, versions, no public access, owner-enforced objects, TLS only and a lifecycle.

    Old versions are removed `retention_days` after they were replaced; current objects stay, or go after `expire_days`.
    With `access_logs` (a bucket) S3 records there who read and wrote.
    With `protect` the engine refuses to delete the bucket; without, a rehearsal removes it with what it holds.
    Source: Amazon S3 User Guide, "Security best practices for Amazon S3".
    """

    bucket: pulumi.Output[str]
    arn: pulumi.Output[str]
    ready_bucket: pulumi.Output[str]
    """The same name, known only once the bucket's policy is in force: for services that write at once."""

    def __init__(
        self,
        name: str,
        *,
        physical_name: str,
        key_arn: pulumi.Input[str] | None,
        retention_days: int,
        policy: pulumi.Input[str],
        versioning: bool = True,
        object_lock: bool = False,
        lock_mode: str = "GOVERNANCE",
        expire_days: int | None = None,
        access_logs: pulumi.Input[str] | None = None,
        tags: Mapping[str, str],
        protect: bool,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("rackwright:aws:SecureBucket", name, None, opts)
        self._prefix, self._child = name, pulumi.ResourceOptions(parent=self)
        bucket = aws.s3.Bucket(
            name,
            bucket=physical_name,
            force_destroy=not protect,
            object_lock_enabled=object_lock,
            tags={**tags, "Name": physical_name},
            opts=pulumi.ResourceOptions(parent=self, protect=protect),
        )
        self.bucket, self.arn = bucket.bucket, bucket.arn
        self._close()
        self._encrypt(key_arn)
        versions = self._keep_versions(retention_days, expire_days, enabled=versioning or object_lock)
        if object_lock:
            self._lock(retention_days, lock_mode, versions)
        if access_logs is not None:
            aws.s3.BucketLogging(
                name, bucket=self.bucket, target_bucket=access_logs, target_prefix=f"{physical_name}/", opts=self._child
            )
        allowed = aws.s3.BucketPolicy(name, bucket=self.bucket, policy=policy, opts=self._child)
        self.ready_bucket = allowed.bucket
        self.register_outputs({"bucket": self.bucket, "arn": self.arn})

    def _close(self) -> None:
        aws.s3.BucketPublicAccessBlock(
            self._prefix,
            bucket=self.bucket,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=self._child,
        )
        aws.s3.BucketOwnershipControls(
            self._prefix,
            bucket=self.bucket,
            rule=aws.s3.BucketOwnershipControlsRuleArgs(object_ownership="BucketOwnerEnforced"),
            opts=self._child,
        )

    def _encrypt(self, key_arn: pulumi.Input[str] | None) -> None:
        """With the key; without one, with S3's own."""
        rule = aws.s3.BucketServerSideEncryptionConfigurationRuleArgs(
            bucket_key_enabled=True if key_arn is not None else None,
            apply_server_side_encryption_by_default=aws.s3.BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultArgs(
                sse_algorithm="aws:kms" if key_arn is not None else "AES256", kms_master_key_id=key_arn
            ),
        )
        aws.s3.BucketServerSideEncryptionConfiguration(self._prefix, bucket=self.bucket, rules=[rule], opts=self._child)

    def _lock(self, retention_days: int, mode: str, versions: pulumi.Resource) -> None:
        """New objects cannot be changed or deleted during the retention, except (GOVERNANCE) by who may bypass it."""
        retention = aws.s3.BucketObjectLockConfigurationRuleDefaultRetentionArgs(mode=mode, days=retention_days)
        aws.s3.BucketObjectLockConfiguration(
            self._prefix,
            bucket=self.bucket,
            rule=aws.s3.BucketObjectLockConfigurationRuleArgs(default_retention=retention),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[versions]),
        )

    def _keep_versions(self, retention_days: int, expire_days: int | None, *, enabled: bool) -> pulumi.Resource:
        versioning = aws.s3.BucketVersioning(
            self._prefix,
            bucket=self.bucket,
            versioning_configuration=aws.s3.BucketVersioningVersioningConfigurationArgs(
                status="Enabled" if enabled else "Suspended"
            ),
            opts=self._child,
        )
        rule = aws.s3.BucketLifecycleConfigurationRuleArgs(
            id="retention",
            status="Enabled",
            filter=aws.s3.BucketLifecycleConfigurationRuleFilterArgs(prefix=""),
            expiration=(
                aws.s3.BucketLifecycleConfigurationRuleExpirationArgs(days=expire_days) if expire_days else None
            ),
            noncurrent_version_expiration=aws.s3.BucketLifecycleConfigurationRuleNoncurrentVersionExpirationArgs(
                noncurrent_days=retention_days
            ),
            abort_incomplete_multipart_upload=aws.s3.BucketLifecycleConfigurationRuleAbortIncompleteMultipartUploadArgs(
                days_after_initiation=MULTIPART_DAYS
            ),
        )
        aws.s3.BucketLifecycleConfiguration(
            self._prefix,
            bucket=self.bucket,
            rules=[rule],
            opts=pulumi.ResourceOptions(parent=self, depends_on=[versioning]),
        )
        return versioning
