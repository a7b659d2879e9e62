"""Buckets have no access lists.

Requirement: every bucket enforces its owner (``BucketOwnerEnforced``), which switches access control lists off.
Why it matters: an ACL on a single object can make it public or give it to another account, and no policy review shows
it.
What it looks at: buckets, and the ownership controls that name them.
Known limits: none known.
Fix: add `aws.s3.BucketOwnershipControls` with ``BucketOwnerEnforced``.
Sources: Amazon S3 User Guide, "Controlling ownership of objects and disabling ACLs for your bucket".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import pointing_to
from policies.rule import Enforcement, Resource, Rule, Severity

CONTROLS = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"


def _find(bucket: Resource, resources: Sequence[Resource]) -> Iterator[str]:
    mine = pointing_to(resources, CONTROLS, "bucket", bucket, "bucket")
    if not any(each.value("rule.objectOwnership") == "BucketOwnerEnforced" for each in mine):
        yield "access control lists are not switched off"


RULE = Rule(
    id="RW-PSTO-010",
    title="Buckets have no access lists",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"aws:s3/bucket:Bucket"}),
    controls=cite("no-public-data"),
    fix="enforce the bucket owner",
    code='rule={"object_ownership": "BucketOwnerEnforced"}',
    find=_find,
    enforcement=Enforcement.ADVISORY,
    needs_stack=True,
)
