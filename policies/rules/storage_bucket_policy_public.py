"""No bucket policy lets in everybody.

Requirement: no allowing statement of a bucket policy has everybody as principal without a condition.
Why it matters: that is the classic public bucket; the public access block catches it only while the block stands.
What it looks at: allowing statements of bucket policies.
Known limits: a condition that is always true is taken for one.
Fix: name the principals.
Sources: Amazon S3 User Guide, "The meaning of public".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.reading import open_statements
from policies.rule import Resource, Rule, Severity


def _find(policy: Resource, _: Sequence[Resource]) -> Iterator[str]:
    for statement in open_statements(policy, "policy"):
        yield f"{statement.name} allows everybody"


RULE = Rule(
    id="RW-PSTO-012",
    title="No bucket policy lets in everybody",
    severity=Severity.CRITICAL,
    applies_to=frozenset({"aws:s3/bucketPolicy:BucketPolicy"}),
    controls=(
        "HIPAA:164.312(a)(1)",
        "GDPR:Art.25(2)",
        "CCPA:1798.150(a)(1)",
        "SOX-ITGC:ITGC-APD",
        "NIST-800-53r5:AC-3",
        "NIST-800-53r5:AC-22",
        "ISO-27001:A.5.23",
        "SOC2:CC6.6",
        "PCI-DSS-4.0.1:1.4.4",
    ),
    fix="name the principals",
    code='{"Principal": {"AWS": "arn:aws:iam::111122223333:role/nodes"}}',
    find=_find,
)
