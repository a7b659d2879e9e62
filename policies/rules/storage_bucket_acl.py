"""No access list opens a bucket.

Requirement: the canned ACL of a bucket, if it has one, is private, and no grant is to all users.
Why it matters: ``public-read`` publishes every object, ``public-read-write`` lets strangers fill the bucket,
``authenticated-read`` means anybody with an AWS account.
What it looks at: `acl` and grants of buckets and bucket ACL resources.
Known limits: ACLs of single objects are not seen.
Fix: leave the ACL out.
Sources: Amazon S3 User Guide, "Access control list (ACL) overview".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import maps
from policies.rule import Resource, Rule, Severity

OPEN = frozenset({"public-read", "public-read-write", "authenticated-read"})
EVERYBODY = ("AllUsers", "AuthenticatedUsers")


def _find(resource: Resource, _: Sequence[Resource]) -> Iterator[str]:
    acl = resource.value("acl")
    if isinstance(acl, str) and acl in OPEN:
        yield f"acl is {acl!r}"
    for grant in (*maps(resource, "grants"), *maps(resource, "accessControlPolicy.grants")):
        group = str(grant.value("uri") or grant.value("grantee.uri"))
        if group.endswith(EVERYBODY):
            yield f"{grant.name} is for {group}"


RULE = Rule(
    id="RW-PSTO-014",
    title="No access list opens a bucket",
    severity=Severity.CRITICAL,
    applies_to=frozenset({"aws:s3/bucket:Bucket", "aws:s3/bucketAcl:BucketAcl"}),
    controls=cite("no-public-data"),
    fix="remove the ACL",
    code='acl="private"',
    find=_find,
)
