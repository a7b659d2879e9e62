"""Block volumes are encrypted.

Requirement: every EBS volume, root or data, of an instance, a launch template or by itself, is encrypted.
Why it matters: volumes, their snapshots and the disks beneath them outlive the node; encryption makes a lost one
unreadable.
What it looks at: `encrypted` of volumes, of block devices of launch templates and of instances.
Known limits: a volume without the setting fails even where the account encrypts by default, because the account's
setting can change without a trace in the stack.
Fix: set `encrypted` on every block device.
Sources: CIS AWS Foundations 3.0.0 2.2.1; NIST SP 800-53 r5 SC-28(1).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import is_true, maps
from policies.rule import Resource, Rule, Severity

VOLUME = "aws:ebs/volume:Volume"
INSTANCE = "aws:ec2/instance:Instance"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"


def _find(resource: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if resource.type == VOLUME:
        yield from _device(resource, "the volume")
    elif resource.type == INSTANCE:
        roots = maps(resource, "rootBlockDevice")
        if not roots:
            yield "the root volume does not say that it is encrypted"
        for device in (*roots, *maps(resource, "ebsBlockDevices")):
            yield from _device(device, device.name)
    else:
        mappings = maps(resource, "blockDeviceMappings")
        if not mappings:
            yield "the template names no block device, so its root volume follows the image"
        for mapping in mappings:
            for device in maps(mapping, "ebs"):
                yield from _device(device, str(mapping.value("deviceName", mapping.name)))


def _device(device: Resource, label: str) -> Iterator[str]:
    if not is_true(device.value("encrypted")):
        yield f"{label} is not encrypted"


RULE = Rule(
    id="RW-PSTO-001",
    title="Block volumes are encrypted",
    severity=Severity.HIGH,
    applies_to=frozenset({VOLUME, INSTANCE, TEMPLATE}),
    controls=cite("encryption-at-rest", "CCPA:1798.150(a)(1)", "CIS-AWS-3.0:2.2.1", "CIS-AWS-7.0:6.1.1"),
    fix="set `encrypted` on every block device",
    code='root_block_device={"encrypted": True, "kms_key_id": key.arn}',
    find=_find,
)
