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

from policies.controls import cite
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
    controls=cite("no-public-data"),
    fix="name the principals",
    code='{"Principal": {"AWS": "arn:aws:iam::111122223333:role/nodes"}}',
    find=_find,
)
