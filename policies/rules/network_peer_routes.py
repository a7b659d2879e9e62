"""Routes to other networks name those networks.

Requirement: routes over peerings, transit gateways and VPNs name the network behind them, not everything.
Why it matters: a default route into another network sends there what was meant for nobody.
What it looks at: destination of routes with such a target.
Known limits: a range that is merely too wide passes.
Fix: name the peer's network.
Sources: CIS AWS Foundations 3.0.0 5.5
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.rule import Enforcement, Resource, Rule, Severity

PEERS = ("vpcPeeringConnectionId", "coreNetworkArn")
EVERYTHING = ("0.0.0.0/0", "::/0")


def _find(route: Resource, _: Sequence[Resource]) -> Iterator[str]:
    peers = [name for name in PEERS if route.props.get(name)]
    if route.props.get("transitGatewayId"):
        route.value("destinationCidrBlock")
    for name in peers:
        if any(route.value(target) in EVERYTHING for target in ("destinationCidrBlock", "destinationIpv6CidrBlock")):
            yield f"sends everything to a peer ({name})"


RULE = Rule(
    id="RW-PNET-015",
    title="Routes to other networks name those networks",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"aws:ec2/route:Route"}),
    controls=cite("network-segmentation", "CIS-AWS-3.0:5.5"),
    fix="name the peer network",
    code='destination_cidr_block="192.168.0.0/16"',
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
