"""Nodes of EKS have no public address.

Requirement: node groups lie in subnets that give no public addresses.
Why it matters: a node with a public address is scanned within minutes.
What it looks at: subnets of node groups, where they are in the stack.
Known limits: subnets of others are not seen: not evaluated at preview, told by the live account.
Fix: name private subnets.
Sources: Amazon EKS Best Practices Guide, "Security"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import is_true, of_type, texts
from policies.rule import Enforcement, Resource, Rule, Severity

SUBNET = "aws:ec2/subnet:Subnet"


def _find(group: Resource, resources: Sequence[Resource]) -> Iterator[str]:
    linked = set(group.property_dependencies.get("subnetIds", ()))
    named = [] if linked else texts(group.value("subnetIds"))
    for subnet in of_type(resources, SUBNET):
        mine = subnet.urn in linked or subnet.props.get("id") in named
        if mine and is_true(subnet.value("mapPublicIpOnLaunch")):
            yield f"subnet {subnet.name} gives nodes public addresses"


RULE = Rule(
    id="RW-PEKS-009",
    title="Nodes of EKS have no public address",
    severity=Severity.HIGH,
    applies_to=frozenset({"aws:eks/nodeGroup:NodeGroup"}),
    controls=cite("no-public-service"),
    fix="use private subnets",
    code="subnet_ids=[private.id]",
    find=_find,
    enforcement=Enforcement.ADVISORY,
    needs_stack=True,
)
