"""Subnets give no public addresses by themselves.

Requirement: no subnet assigns a public address to what is launched in it.
Why it matters: a node that gets a public address because of where it was launched is on the internet without anybody
having said so.
What it looks at: `mapPublicIpOnLaunch` of subnets, default subnets included.
Known limits: an instance that asks for a public address itself is judged by another rule.
Fix: set `map_public_ip_on_launch` to false; give an address to the one node that needs it.
Sources: Amazon VPC User Guide, "Modify the IP addressing attributes of your subnet"; NIST SP 800-53 r5 SC-7.
"""

from __future__ import annotations

from policies.checks import must_be_off, set_to
from policies.controls import cite
from policies.rule import Rule, Severity

RULE = Rule(
    id="RW-PNET-004",
    title="Subnets give no public addresses by themselves",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"aws:ec2/subnet:Subnet"}),
    controls=cite("no-public-network"),
    fix="set mapPublicIpOnLaunch to false",
    code="map_public_ip_on_launch=False",
    find=must_be_off("mapPublicIpOnLaunch"),
    remedy=set_to({"mapPublicIpOnLaunch": False}),
)
