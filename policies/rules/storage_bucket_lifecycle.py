"""Buckets clear away what nobody needs.

Requirement: every bucket has an enabled lifecycle rule that ends unfinished uploads and old versions.
Why it matters: parts of broken uploads show in no listing but cost money, and personal data in old versions outlives
every promise to delete it.
What it looks at: buckets, and the lifecycle configurations that name them.
Known limits: does not judge how many days are right.
Fix: add `aws.s3.BucketLifecycleConfiguration`.
Sources: Amazon S3 User Guide, "Managing the lifecycle of objects"; GDPR Art. 5(1)(e).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import maps, pointing_to
from policies.rule import Enforcement, Resource, Rule, Severity

LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
DUTIES = {
    "abortIncompleteMultipartUpload": "unfinished uploads stay for ever",
    "noncurrentVersionExpiration": "old versions stay for ever",
}


def _find(bucket: Resource, resources: Sequence[Resource]) -> Iterator[str]:
    mine = pointing_to(resources, LIFECYCLE, "bucket", bucket, "bucket")
    rules = [rule for each in mine for rule in maps(each, "rules") if rule.value("status") == "Enabled"]
    for duty, otherwise in DUTIES.items():
        if not any(rule.value(duty) for rule in rules):
            yield otherwise


RULE = Rule(
    id="RW-PSTO-011",
    title="Buckets clear away what nobody needs",
    severity=Severity.LOW,
    applies_to=frozenset({"aws:s3/bucket:Bucket"}),
    controls=cite("log-retention"),
    fix="add a lifecycle rule",
    code=(
        'rules=[{"id": "clean", "status": "Enabled", "abort_incomplete_multipart_upload": '
        '{"days_after_initiation": 7}}]'
    ),
    find=_find,
    enforcement=Enforcement.ADVISORY,
    needs_stack=True,
)
