"""Buckets cannot be made public.

Requirement: every bucket has a public access block with all four settings on.
Why it matters: one wrong ACL or policy line has leaked more data sets than any break-in; the block overrules both.
What it looks at: buckets, and the public access blocks that name them.
Known limits: a block for the whole account is not seen in a stack and does not count.
Fix: add `aws.s3.BucketPublicAccessBlock` with all four settings true.
Sources: CIS AWS Foundations 3.0.0 2.1.4; Amazon S3 User Guide, "Blocking public access to your Amazon S3 storage".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.reading import is_true, pointing_to
from policies.rule import Resource, Rule, Severity

BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
SETTINGS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")


def _find(bucket: Resource, resources: Sequence[Resource]) -> Iterator[str]:
    mine = pointing_to(resources, BLOCK, "bucket", bucket, "bucket")
    if not mine:
        yield "the bucket has no public access block"
    for block in mine:
        for setting in SETTINGS:
            if not is_true(block.value(setting)):
                yield f"{setting} is not on"


RULE = Rule(
    id="RW-PSTO-008",
    title="Buckets cannot be made public",
    severity=Severity.CRITICAL,
    applies_to=frozenset({"aws:s3/bucket:Bucket"}),
    controls=(
        "HIPAA:164.312(a)(1)",
        "GDPR:Art.25(2)",
        "CCPA:1798.150(a)(1)",
        "SOX-ITGC:ITGC-APD",
        "NIST-800-53r5:AC-3",
        "NIST-800-53r5:SC-7",
        "CIS-AWS-3.0:2.1.4",
        "CIS-AWS-7.0:3.1.4",
        "ISO-27001:A.5.23",
        "SOC2:CC6.6",
        "PCI-DSS-4.0.1:1.4.4",
    ),
    fix="add a public access block with all four settings on",
    code="block_public_acls=True, block_public_policy=True, ignore_public_acls=True, restrict_public_buckets=True",
    find=_find,
    needs_stack=True,
)
