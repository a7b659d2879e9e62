"""Machine images are not published.

Requirement: no launch permission of an image is for everybody or a whole organisation by wildcard.
Why it matters: an image of a node carries driver settings, agent identities and sometimes data.
What it looks at: AMI launch permissions.
Known limits: permissions set outside the stack are not seen.
Fix: share with named accounts.
Sources: AWS EC2 User Guide, "Make your AMI publicly available" (and why not to).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.rule import Resource, Rule, Severity


def _find(permission: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if permission.value("group") == "all":
        yield "the image is for everybody"


RULE = Rule(
    id="RW-PSTO-021",
    title="Machine images are not published",
    severity=Severity.HIGH,
    applies_to=frozenset({"aws:ec2/amiLaunchPermission:AmiLaunchPermission"}),
    controls=cite("no-public-data"),
    fix="name the accounts",
    code='account_id="111122223333"   # never group="all"',
    find=_find,
)
