"""Nodes have no public address.

Requirement: instances, templates and launch configurations ask for no public address.
Why it matters: everything that listens on such a node is one security group mistake away from the internet; nodes
leave through NAT and are reached through Session Manager or a VPN.
What it looks at: `associatePublicIpAddress` of instances, launch configurations and each interface of launch
templates.
Known limits: an Elastic IP that is attached later is not seen; a subnet that gives addresses is judged by another
rule.
Fix: set `public_ip` of the pool to false; waive the rule for a login node by name.
Sources: CIS Controls 8 12.2; AWS Security Hub EC2.9; NIST SP 800-53 r5 SC-7(4).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import is_true, maps
from policies.rule import Resource, Rule, Severity


def _find(resource: Resource, _: Sequence[Resource]) -> Iterator[str]:
    for entry in (resource, *maps(resource, "networkInterfaces")):
        if is_true(entry.value("associatePublicIpAddress")):
            yield f"{entry.name} asks for a public address"


RULE = Rule(
    id="RW-PNET-009",
    title="Nodes have no public address",
    severity=Severity.HIGH,
    applies_to=frozenset(
        {
            "aws:ec2/instance:Instance",
            "aws:ec2/launchTemplate:LaunchTemplate",
            "aws:ec2/launchConfiguration:LaunchConfiguration",
        }
    ),
    controls=cite("no-public-network"),
    fix="ask for no public address",
    code="associate_public_ip_address=False",
    find=_find,
)
