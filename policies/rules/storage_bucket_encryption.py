"""Buckets encrypt what they hold with a key of AWS KMS.

Requirement: every bucket has a default encryption with ``aws:kms`` (or ``aws:kms:dsse``).
Why it matters: the encryption that S3 does by itself cannot be revoked or watched; reads through a KMS key can be
denied and are logged.
What it looks at: buckets, and the encryption configurations that name them.
Known limits: a bucket that S3 writes its access logs into can only use S3's own key, and may; it does not look at
single objects that were stored under another setting before.
Fix: add `aws.s3.BucketServerSideEncryptionConfiguration` with `sse_algorithm` ``aws:kms``.
Sources: Amazon S3 User Guide, "Setting default server-side encryption behavior"; NIST SP 800-53 r5 SC-28(1).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import maps, pointing_to, takes_access_logs
from policies.rule import Resource, Rule, Severity

CONFIGURATION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
WITH_KMS = frozenset({"aws:kms", "aws:kms:dsse"})


def _find(bucket: Resource, resources: Sequence[Resource]) -> Iterator[str]:
    mine = pointing_to(resources, CONFIGURATION, "bucket", bucket, "bucket")
    if not mine:
        yield "the bucket has no default encryption with KMS"
    allowed = WITH_KMS | ({"AES256"} if takes_access_logs(bucket, resources) else set())
    for configuration in mine:
        for rule in maps(configuration, "rules"):
            algorithm = rule.value("applyServerSideEncryptionByDefault.sseAlgorithm", "unset")
            if not isinstance(algorithm, str) or algorithm not in allowed:
                yield f"sseAlgorithm is {algorithm!r}, expected 'aws:kms'"


RULE = Rule(
    id="RW-PSTO-002",
    title="Buckets encrypt what they hold with a key of AWS KMS",
    severity=Severity.HIGH,
    applies_to=frozenset({"aws:s3/bucket:Bucket"}),
    controls=cite("encryption-at-rest"),
    fix="add a default encryption with `aws:kms` to the bucket",
    code=(
        'rules=[{"apply_server_side_encryption_by_default": {"sse_algorithm": "aws:kms", '
        '"kms_master_key_id": key.arn}}]'
    ),
    find=_find,
    needs_stack=True,
)
