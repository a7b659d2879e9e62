"""No security group lets everything out to the world.

Requirement: no egress rule admits all protocols or all ports to ``0.0.0.0/0`` or ``::/0``.
Why it matters: a program that took over a node sends data out on whatever port is open; HTTPS alone can be watched,
the rest cannot.
What it looks at: egress of security groups, in-line and as rules of their own. AWS adds an all-open egress rule to
groups that say nothing, but Pulumi's provider removes it.
Known limits: HTTPS to the world is accepted; a proxy or DNS firewall must judge where it goes.
Fix: name ports, prefix lists or networks.
Sources: NIST SP 800-53 r5 SC-7(10); PCI DSS 4.0.1 1.3.2.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import maps, number, texts
from policies.rule import Enforcement, Resource, Rule, Severity

EGRESS_RULE = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
WORLD = frozenset({"0.0.0.0/0", "::/0"})
TARGETS = ("cidrIpv4", "cidrIpv6", "cidrBlocks", "ipv6CidrBlocks")
LAST_PORT = 65535


def _find(resource: Resource, _: Sequence[Resource]) -> Iterator[str]:
    entries = maps(resource, "egress") if resource.type == GROUP else [resource]
    for entry in entries:
        protocol = entry.value("ipProtocol") or entry.value("protocol")
        to_world = any(target in WORLD for key in TARGETS for target in texts(entry.value(key)))
        if to_world and (str(protocol) in ("-1", "all") or _all_ports(entry)):
            yield f"{entry.name} lets everything out to the world"


def _all_ports(entry: Resource) -> bool:
    first, last = number(entry.value("fromPort")), number(entry.value("toPort"))
    return first is not None and last is not None and first <= 1 and last >= LAST_PORT


RULE = Rule(
    id="RW-PNET-008",
    title="No security group lets everything out to the world",
    severity=Severity.MEDIUM,
    applies_to=frozenset({EGRESS_RULE, GROUP}),
    controls=cite("egress-control"),
    fix="name the ports and networks that nodes really need",
    code=(
        'aws.vpc.SecurityGroupEgressRule("https", cidr_ipv4="0.0.0.0/0", ip_protocol="tcp", from_port=443, to_port=443)'
    ),
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
