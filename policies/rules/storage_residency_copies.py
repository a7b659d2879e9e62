"""Data with a residency is not copied elsewhere.

Requirement: in a stack whose resources are tagged ``rackwright:residency``, no bucket replicates to another bucket
outside the stack.
Why it matters: replication is silent and continuous; the copy may lie in a country where the data must not be.
What it looks at: bucket replication configurations, and the tags of the stack.
Known limits: copies made by jobs or people are not seen.
Fix: replicate only to buckets that this stack makes, in regions of the residency.
Sources: GDPR Art. 44; NIST SP 800-53 r5 SA-9(5).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import maps, of_type
from policies.rule import Resource, Rule, Severity

BUCKET = "aws:s3/bucket:Bucket"


def _find(replication: Resource, resources: Sequence[Resource]) -> Iterator[str]:
    buckets = list(of_type(resources, BUCKET))
    if not any(_has_residency(bucket) for bucket in buckets):
        return
    linked = set(replication.property_dependencies.get("rules", ()))
    if any(bucket.urn in linked for bucket in buckets):
        return
    mine = {bucket.props.get("arn") for bucket in buckets if isinstance(bucket.props.get("arn"), str)}
    for rule in maps(replication, "rules"):
        target = rule.value("destination.bucket")
        if not isinstance(target, str) or target not in mine:
            yield f"{rule.name} copies to {target!r}, which this stack does not make"


def _has_residency(bucket: Resource) -> bool:
    tags = bucket.value("tags")
    return isinstance(tags, dict) and bool(tags.get("rackwright:residency"))


RULE = Rule(
    id="RW-PRES-001",
    title="Data with a residency is not copied elsewhere",
    severity=Severity.HIGH,
    applies_to=frozenset({"aws:s3/bucketReplicationConfig:BucketReplicationConfig"}),
    controls=cite("data-residency"),
    fix="replicate to buckets of this stack only",
    code="target: {region: eu-central-1}   # and no replication to another",
    find=_find,
    needs_stack=True,
)
