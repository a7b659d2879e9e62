"""Nothing but the web is open to the world.

Requirement: from ``0.0.0.0/0`` and ``::/0`` at most TCP ports 80 and 443 are admitted.
Why it matters: data bases, file sharing, message queues and consoles have been broken into through the open internet
for decades; naming each bad port one by one always misses the next.
What it looks at: ingress of security groups, in-line and as rules of their own.
Known limits: judges the rule, not whether anything listens there or has a public address.
Fix: admit named networks, or put a load balancer on 443 in front.
Sources: NIST SP 800-53 r5 SC-7(5), deny by default; CIS AWS Foundations 7.0.0 6.1.2 (file sharing).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import maps, number, texts
from policies.rule import Resource, Rule, Severity

INGRESS_RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
WEB = frozenset({80, 443})
WORLD = frozenset({"0.0.0.0/0", "::/0"})
SOURCES = ("cidrIpv4", "cidrIpv6", "cidrBlocks", "ipv6CidrBlocks")


def _find(resource: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if resource.type == INGRESS_RULE:
        yield from _entry(resource, "ipProtocol")
        return
    for entry in maps(resource, "ingress"):
        yield from _entry(entry, "protocol")


def _entry(entry: Resource, protocol: str) -> Iterator[str]:
    if not any(source in WORLD for key in SOURCES for source in texts(entry.value(key))):
        return
    if str(entry.value(protocol)) not in ("tcp", "6"):
        yield f"{entry.name} admits protocol {entry.value(protocol)!r} from the world"
        return
    first, last = number(entry.value("fromPort")), number(entry.value("toPort"))
    if first is None or first != last or first not in WEB:
        yield f"{entry.name} admits ports {entry.value('fromPort')} to {entry.value('toPort')} from the world"


RULE = Rule(
    id="RW-PNET-006",
    title="Nothing but the web is open to the world",
    severity=Severity.HIGH,
    applies_to=frozenset({INGRESS_RULE, GROUP}),
    controls=cite("no-public-network", "CIS-AWS-7.0:6.1.2"),
    fix="admit named networks only",
    code='cidr_ipv4="198.51.100.0/24"',
    find=_find,
)
