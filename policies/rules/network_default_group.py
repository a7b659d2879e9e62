"""The default security group of every VPC admits nothing.

Requirement: each VPC has its default security group taken over and emptied.
Why it matters: whatever is launched without a group lands in the default one, whose members may all talk to one
another and to the world.
What it looks at: VPCs, and the default security group resources that name them.
Known limits: does not see a default group that was emptied outside the stack.
Fix: add `aws.ec2.DefaultSecurityGroup` with empty `ingress` and `egress`.
Sources: CIS AWS Foundations 3.0.0 5.4; Amazon VPC User Guide, "Default security groups for your VPCs".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import items, pointing_to
from policies.rule import Enforcement, Resource, Rule, Severity

DEFAULT = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"


def _find(vpc: Resource, resources: Sequence[Resource]) -> Iterator[str]:
    mine = pointing_to(resources, DEFAULT, "vpcId", vpc)
    if not mine:
        yield "the default security group is as AWS made it"
    for group in mine:
        for direction in ("ingress", "egress"):
            if items(group.value(direction)):
                yield f"the default security group has {direction} rules"


RULE = Rule(
    id="RW-PNET-005",
    title="The default security group of every VPC admits nothing",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"aws:ec2/vpc:Vpc"}),
    controls=cite("security-groups", "CIS-AWS-3.0:5.4", "CIS-AWS-7.0:6.5"),
    fix="take over the default security group and leave it empty",
    code='aws.ec2.DefaultSecurityGroup("default", vpc_id=vpc.id)',
    find=_find,
    enforcement=Enforcement.ADVISORY,
    needs_stack=True,
)
