"""Volumes go with their machine.

Requirement: root and scratch volumes of nodes are deleted with the instance.
Why it matters: a detached volume is data that nobody sees, pays for and erases.
What it looks at: `deleteOnTermination` of root devices and block device mappings.
Known limits: volumes that hold state (a database) are attached by name and judged by their tags.
Fix: set `delete_on_termination`.
Sources: NIST SP 800-53 r5 MP-6; Amazon EC2 User Guide
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import maps
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(node: Resource, _: Sequence[Resource]) -> Iterator[str]:
    devices = [*maps(node, "rootBlockDevice"), *maps(node, "ebsBlockDevices")]
    for device in devices:
        if device.value("deleteOnTermination") in (False, "false"):
            yield f"{device.name} stays behind its instance"
    for mapping in maps(node, "blockDeviceMappings"):
        if mapping.value("ebs.deleteOnTermination") in (False, "false"):
            yield f"{mapping.value('deviceName', mapping.name)} stays behind its instance"


RULE = Rule(
    id="RW-PDAT-003",
    title="Volumes go with their machine",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"aws:ec2/instance:Instance", "aws:ec2/launchTemplate:LaunchTemplate"}),
    controls=cite("secure-deletion"),
    fix="set delete_on_termination",
    code='ebs={"delete_on_termination": True}',
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
