"""Reading and writing of data objects is on record.

Requirement: every bucket that is not itself a store of logs has its object access recorded, by a trail's data events
or by server access logs.
Why it matters: who read which record is the first question after a breach, and management events do not answer it.
What it looks at: buckets, event selectors of trails, and bucket logging resources.
Known limits: advanced event selectors count when they are there, without being read.
Fix: add the bucket to the trail's `event_selectors`, or add `aws.s3.BucketLogging`.
Sources: CIS AWS Foundations 3.0.0 3.8 and 3.9; 45 CFR 164.312(b).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import maps, of_type, refers_to, texts
from policies.rule import Enforcement, Resource, Rule, Severity

TRAIL = "aws:cloudtrail/trail:Trail"
LOGGING = "aws:s3/bucketLogging:BucketLogging"
EVERY_BUCKET = "arn:aws:s3"


def _find(bucket: Resource, resources: Sequence[Resource]) -> Iterator[str]:
    trails = list(of_type(resources, TRAIL))
    logs = list(of_type(resources, LOGGING))
    if any(refers_to(trail, "s3BucketName", bucket, "bucket") for trail in trails) or _is_target(bucket, logs):
        return
    if any(refers_to(log, "bucket", bucket, "bucket") for log in logs):
        return
    if not any(_records(trail, bucket) for trail in trails):
        yield "nothing records who reads and writes objects"


def _is_target(bucket: Resource, logs: Sequence[Resource]) -> bool:
    return any(refers_to(log, "targetBucket", bucket, "bucket") for log in logs)


def _records(trail: Resource, bucket: Resource) -> bool:
    if trail.value("advancedEventSelectors"):
        return True
    if bucket.urn in trail.property_dependencies.get("eventSelectors", ()):
        return True
    wanted = {EVERY_BUCKET, f"{bucket.props.get('arn')}/", f"arn:aws:s3:::{bucket.props.get('bucket')}/"}
    data = [each for selector in maps(trail, "eventSelectors") for each in maps(selector, "dataResources")]
    return any(wanted & set(texts(each.value("values"))) for each in data)


RULE = Rule(
    id="RW-PAUD-004",
    title="Reading and writing of data objects is on record",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"aws:s3/bucket:Bucket"}),
    controls=cite("audit-logging", "CIS-AWS-3.0:3.8", "CIS-AWS-3.0:3.9", "CIS-AWS-7.0:4.8", "CIS-AWS-7.0:4.9"),
    fix="record data events of the bucket",
    code=(
        'event_selectors=[{"read_write_type": "All", "data_resources": [{"type": '
        '"AWS::S3::Object", "values": ["arn:aws:s3"]}]}]'
    ),
    find=_find,
    enforcement=Enforcement.ADVISORY,
    needs_stack=True,
)
