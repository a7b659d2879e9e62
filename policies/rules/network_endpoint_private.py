"""Interface endpoints take over the name and are guarded.

Requirement: interface endpoints have private DNS and a security group of their own.
Why it matters: without private DNS every client still goes to the public address; without a group the endpoint gets
the VPC's default one.
What it looks at: VPC endpoints of type Interface.
Known limits: does not read the endpoint's policy.
Fix: set `private_dns_enabled` and `security_group_ids`.
Sources: AWS PrivateLink Guide, "Access an AWS service using an interface VPC endpoint".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import is_set, is_true
from policies.rule import Enforcement, Resource, Rule, Severity

GROUP = "aws:ec2/securityGroup:SecurityGroup"


def _find(endpoint: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if endpoint.value("vpcEndpointType", "Gateway") != "Interface":
        return
    if not is_true(endpoint.value("privateDnsEnabled")):
        yield "privateDnsEnabled is not on"
    if not is_set(endpoint, "securityGroupIds", source=GROUP):
        yield "securityGroupIds is not set"


RULE = Rule(
    id="RW-PNET-011",
    title="Interface endpoints take over the name and are guarded",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"aws:ec2/vpcEndpoint:VpcEndpoint"}),
    controls=cite("egress-control"),
    fix="turn on private DNS and name a security group",
    code="private_dns_enabled=True, security_group_ids=[group.id]",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
