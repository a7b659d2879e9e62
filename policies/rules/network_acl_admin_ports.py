"""Network ACLs admit no administration port from the world.

Requirement: no allowing ingress entry of a network ACL opens ssh or RDP to ``0.0.0.0/0`` or ``::/0``.
Why it matters: the ACL is the second fence: it still stands when somebody opens a security group by mistake.
What it looks at: in-line entries of network ACLs, and ACL rule resources.
Known limits: order of the entries is not followed: an earlier deny does not excuse a later allow.
Fix: name the networks, or leave the entry out.
Sources: CIS AWS Foundations 3.0.0 5.1; Amazon VPC User Guide, "Control subnet traffic with network access control
lists".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import is_true, maps, number
from policies.rule import Resource, Rule, Severity

ACL = "aws:ec2/networkAcl:NetworkAcl"
ACL_RULE = "aws:ec2/networkAclRule:NetworkAclRule"
WORLD = frozenset({"0.0.0.0/0", "::/0"})
ADMIN_PORTS = (22, 3389)


def _find(resource: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if resource.type == ACL:
        for entry in maps(resource, "ingress"):
            yield from _entry(entry, str(entry.value("action")), ("cidrBlock", "ipv6CidrBlock"))
    elif not is_true(resource.value("egress")):
        yield from _entry(resource, str(resource.value("ruleAction")), ("cidrBlock", "ipv6CidrBlock"))


def _entry(entry: Resource, action: str, sources: Sequence[str]) -> Iterator[str]:
    values = [entry.value(source) for source in sources]
    if action != "allow" or not any(isinstance(value, str) and value in WORLD for value in values):
        return
    first, last = number(entry.value("fromPort")), number(entry.value("toPort"))
    for port in ADMIN_PORTS:
        everything = str(entry.value("protocol")) in ("-1", "all")
        if everything or (first is not None and last is not None and first <= port <= last):
            yield f"{entry.name} admits port {port} from the world"


RULE = Rule(
    id="RW-PNET-013",
    title="Network ACLs admit no administration port from the world",
    severity=Severity.MEDIUM,
    applies_to=frozenset({ACL, ACL_RULE}),
    controls=cite("no-public-network", "CIS-AWS-3.0:5.1", "CIS-AWS-7.0:6.2"),
    fix="name the administrators' networks",
    code=(
        'ingress=[{"rule_no": 100, "cidr_block": "198.51.100.0/24", "protocol": "tcp", '
        '"from_port": 22, "to_port": 22, "action": "allow"}]'
    ),
    find=_find,
)
