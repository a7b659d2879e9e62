"""Snapshots and images of the account cannot be published.

Requirement: the account blocks public sharing of snapshots and images in its regions, and none is public.
Why it matters: one click shares a disk with everybody; scanners copy it within minutes.
What it looks at: the settings in the stack, and the state of each region in the live account.
Known limits: what was shared before the block stays shared: it is listed by the live account.
Fix: make both settings.
Sources: Amazon EBS User Guide, "Block public access for snapshots"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import known, texts
from policies.rule import Enforcement, Resource, Rule, Severity

BLOCKED = {
    "aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess": "block-all-sharing",
    "aws:ec2/imageBlockPublicAccess:ImageBlockPublicAccess": "block-new-sharing",
}


def _find(resource: Resource, _: Sequence[Resource]) -> Iterator[str]:
    wanted = BLOCKED.get(resource.type)
    if wanted is not None:
        if resource.value("state") != wanted:
            yield f"state is {resource.value('state')!r}, expected {wanted!r}"
        return
    if known(resource, "snapshotPublicAccess") == "unblocked":
        yield "snapshots can be published"
    if known(resource, "imagePublicAccess") == "unblocked":
        yield "images can be published"
    public = texts(known(resource, "publicSnapshots"))
    if public:
        yield f"public snapshots: {', '.join(public)}"


RULE = Rule(
    id="RW-PSTO-025",
    title="Snapshots and images of the account cannot be published",
    severity=Severity.HIGH,
    applies_to=frozenset(
        {
            "aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess",
            "aws:ec2/imageBlockPublicAccess:ImageBlockPublicAccess",
            "account:aws/region:Region",
        }
    ),
    controls=cite("no-public-service"),
    fix="block public sharing",
    code='aws.ebs.SnapshotBlockPublicAccess("snapshots", state="block-all-sharing")',
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
