"""Buckets refuse requests without TLS.

Requirement: the policy of every bucket denies every action to everybody when ``aws:SecureTransport`` is false.
Why it matters: S3 answers plain HTTP too; only a policy of the bucket can refuse it.
What it looks at: buckets, and the bucket policies that name them.
Known limits: a deny that spares some principal does not count, even where that is on purpose.
Fix: add the statement ``Deny * s3:* if aws:SecureTransport = false`` on the bucket and its objects.
Sources: CIS AWS Foundations 3.0.0 2.1.1; Amazon S3 User Guide, "Security best practices for Amazon S3".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.reading import denies_without_tls, pointing_to
from policies.rule import Resource, Rule, Severity

POLICY = "aws:s3/bucketPolicy:BucketPolicy"


def _find(bucket: Resource, resources: Sequence[Resource]) -> Iterator[str]:
    mine = pointing_to(resources, POLICY, "bucket", bucket, "bucket")
    if not any(denies_without_tls(policy, "s3:*") for policy in mine):
        yield "no bucket policy denies requests without TLS"


RULE = Rule(
    id="RW-PSTO-006",
    title="Buckets refuse requests without TLS",
    severity=Severity.HIGH,
    applies_to=frozenset({"aws:s3/bucket:Bucket"}),
    controls=(
        "HIPAA:164.312(e)(1)",
        "HIPAA:164.312(e)(2)(ii)",
        "GDPR:Art.32(1)(a)",
        "CCPA-REGS:7123(c)(2)",
        "SOX-ITGC:DSS05.02",
        "NIST-800-53r5:SC-8",
        "NIST-800-53r5:SC-8(1)",
        "CIS-AWS-3.0:2.1.1",
        "CIS-AWS-7.0:3.1.1",
        "ISO-27001:A.5.14",
        "SOC2:CC6.7",
        "PCI-DSS-4.0.1:4.2.1",
    ),
    fix="deny s3:* to everybody when aws:SecureTransport is false",
    code=(
        '{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Condition": {"Bool": '
        '{"aws:SecureTransport": "false"}}}'
    ),
    find=_find,
    needs_stack=True,
)
