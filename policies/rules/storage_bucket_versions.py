"""Buckets keep old versions.

Requirement: every bucket has versioning enabled.
Why it matters: a wrong sync or a malicious delete otherwise destroys checkpoints and evidence for good.
What it looks at: buckets, and the versioning resources that name them.
Known limits: MFA delete cannot be set through this resource by a role.
Fix: add `aws.s3.BucketVersioning` with status ``Enabled``.
Sources: Amazon S3 User Guide, "Retaining multiple versions of objects with S3 Versioning".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import pointing_to
from policies.rule import Enforcement, Resource, Rule, Severity

VERSIONING = "aws:s3/bucketVersioning:BucketVersioning"


def _find(bucket: Resource, resources: Sequence[Resource]) -> Iterator[str]:
    mine = pointing_to(resources, VERSIONING, "bucket", bucket, "bucket")
    if not any(each.value("versioningConfiguration.status") == "Enabled" for each in mine):
        yield "versioning is not enabled"


RULE = Rule(
    id="RW-PSTO-009",
    title="Buckets keep old versions",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"aws:s3/bucket:Bucket"}),
    controls=cite("restorable-data"),
    fix="enable versioning",
    code='versioning_configuration={"status": "Enabled"}',
    find=_find,
    enforcement=Enforcement.ADVISORY,
    needs_stack=True,
)
