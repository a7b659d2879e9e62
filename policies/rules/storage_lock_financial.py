"""Financial records cannot be changed.

Requirement: buckets tagged ``rackwright:classification`` financial have object lock.
Why it matters: records that back a financial statement must be kept unaltered for seven years; versioning alone lets
an administrator delete them.
What it looks at: `objectLockEnabled` of buckets with that tag.
Known limits: the retention itself is set by another resource and not judged here.
Fix: set `object_lock: true` on the storage before the first apply.
Sources: 17 CFR 210.2-06; Sarbanes-Oxley Act section 802 (18 USC 1519); Amazon S3 User Guide, "Using S3 Object Lock".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import is_true
from policies.rule import Resource, Rule, Severity


def _find(bucket: Resource, _: Sequence[Resource]) -> Iterator[str]:
    tags = bucket.value("tags")
    financial = isinstance(tags, dict) and tags.get("rackwright:classification") == "financial"
    if financial and not is_true(bucket.value("objectLockEnabled")):
        yield "objectLockEnabled is not on for financial data"


RULE = Rule(
    id="RW-PSTO-022",
    title="Financial records cannot be changed",
    severity=Severity.HIGH,
    applies_to=frozenset({"aws:s3/bucket:Bucket"}),
    controls=cite("log-retention", "SOX:802 (18 USC 1519)", "SOX:17 CFR 210.2-06", "NIST-800-53r5:AU-9"),
    fix="enable object lock",
    code="storage: {data: {kind: s3, object_lock: true}}",
    find=_find,
)
