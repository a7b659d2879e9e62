"""File systems are guarded by a group of their own.

Requirement: every EFS mount target and Lustre file system names a security group.
Why it matters: without one AWS takes the VPC's default group: either closed, and nothing mounts, or open to all its
members.
What it looks at: `securityGroups` of mount targets, `securityGroupIds` of Lustre file systems.
Known limits: what the group admits is judged by other rules.
Fix: name a group that admits the nodes on the file system's ports.
Sources: Amazon FSx for Lustre User Guide, "File system access control with Amazon VPC".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import is_set
from policies.rule import Enforcement, Resource, Rule, Severity

GROUP = "aws:ec2/securityGroup:SecurityGroup"
SETTING = {
    "aws:efs/mountTarget:MountTarget": "securityGroups",
    "aws:fsx/lustreFileSystem:LustreFileSystem": "securityGroupIds",
}


def _find(resource: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if not is_set(resource, SETTING[resource.type], source=GROUP):
        yield f"{SETTING[resource.type]} is not set"


RULE = Rule(
    id="RW-PSTO-018",
    title="File systems are guarded by a group of their own",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"aws:efs/mountTarget:MountTarget", "aws:fsx/lustreFileSystem:LustreFileSystem"}),
    controls=cite("security-groups"),
    fix="name a security group",
    code="security_groups=[storage_group.id]",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
