"""Isolated subnets have no way to the internet.

Requirement: a route table of a subnet tagged ``rackwright:tier`` isolated has no default route.
Why it matters: file systems with research or patient data live there; a default route makes the tier a word and
nothing else.
What it looks at: route tables, their in-line and separate routes, and the subnets that are associated with them.
Known limits: routes to single foreign networks (peering, VPN) are accepted.
Fix: remove the route, or move the subnet to the tier `private`.
Sources: NIST SP 800-53 r5 SC-7(21); PCI DSS 4.0.1 1.4.4.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import maps, of_type, pointing_to, refers_to
from policies.rule import Resource, Rule, Severity

SUBNET = "aws:ec2/subnet:Subnet"
ROUTE = "aws:ec2/route:Route"
ASSOCIATION = "aws:ec2/routeTableAssociation:RouteTableAssociation"
WORLD = frozenset({"0.0.0.0/0", "::/0"})
TARGETS = ("destinationCidrBlock", "destinationIpv6CidrBlock", "cidrBlock", "ipv6CidrBlock")


def _find(table: Resource, resources: Sequence[Resource]) -> Iterator[str]:
    isolated = [subnet for subnet in of_type(resources, SUBNET) if _is_isolated(subnet)]
    mine = pointing_to(resources, ASSOCIATION, "routeTableId", table)
    if not any(refers_to(each, "subnetId", subnet) for each in mine for subnet in isolated):
        return
    routes = pointing_to(resources, ROUTE, "routeTableId", table)
    for route in (*routes, *maps(table, "routes")):
        if any(route.value(target) in WORLD for target in TARGETS if isinstance(route.value(target), str)):
            yield f"{route.name} leads everywhere"


def _is_isolated(subnet: Resource) -> bool:
    tags = subnet.value("tags")
    return isinstance(tags, dict) and tags.get("rackwright:tier") == "isolated"


RULE = Rule(
    id="RW-PNET-012",
    title="Isolated subnets have no way to the internet",
    severity=Severity.HIGH,
    applies_to=frozenset({"aws:ec2/routeTable:RouteTable"}),
    controls=cite("security-groups", "PCI-DSS-4.0.1:1.4.4"),
    fix="remove the default route",
    code="# remove the route to the gateway from the table of the isolated subnets",
    find=_find,
    needs_stack=True,
)
