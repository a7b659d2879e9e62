"""The fabric's security group is open to itself, both ways, and to nothing else.

Requirement: a group tagged ``rackwright:fabric`` has an all-protocol rule to itself for ingress and one for egress, no
other rule, and every launch template with EFA interfaces uses such a group.
Why it matters: without the egress rule EFA falls back silently or jobs hang at start; with any other rule, memory that
nodes expose for remote access can be reached from outside the cluster.
What it looks at: security groups with that tag, their in-line rules and rule resources, launch templates with EFA.
Known limits: does not see rules that somebody added by hand; the audit of the live account does.
Fix: keep exactly one ingress and one egress rule resource, with protocol ``-1``, from the group to itself.
Sources: AWS EC2 User Guide, "Get started with EFA and MPI", step 1; AWS PCS User Guide, "Security group requirements".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.reading import is_true, items, maps, of_type, refers_to
from policies.rule import Resource, Rule, Severity

GROUP = "aws:ec2/securityGroup:SecurityGroup"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
RULES = {
    "ingress": "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    "egress": "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
}
TAG = "rackwright:fabric"


def _find(resource: Resource, resources: Sequence[Resource]) -> Iterator[str]:
    if resource.type == TEMPLATE:
        yield from _template(resource, resources)
    elif _is_fabric(resource):
        for direction in RULES:
            yield from _group(resource, direction, resources)


def _is_fabric(group: Resource) -> bool:
    tags = group.value("tags")
    return isinstance(tags, dict) and TAG in tags


def _group(group: Resource, direction: str, resources: Sequence[Resource]) -> Iterator[str]:
    closed = 0
    for entry in maps(group, direction):
        if is_true(entry.value("self")) and str(entry.value("protocol")) == "-1" and not entry.value("cidrBlocks"):
            closed += 1
        else:
            yield f"in-line {direction} rule admits more than the group itself"
    for rule in of_type(resources, RULES[direction]):
        if not refers_to(rule, "securityGroupId", group):
            continue
        to_itself = refers_to(rule, "referencedSecurityGroupId", group)
        if to_itself and str(rule.value("ipProtocol")) == "-1":
            closed += 1
        else:
            yield f"{direction} rule {rule.name} is not an all-protocol rule from the group to itself"
    if closed == 0:
        yield f"no all-protocol {direction} rule from the group to itself"


def _template(template: Resource, resources: Sequence[Resource]) -> Iterator[str]:
    ports = [port for port in maps(template, "networkInterfaces") if str(port.value("interfaceType")).startswith("efa")]
    if not ports:
        return
    fabric = [group for group in of_type(resources, GROUP) if _is_fabric(group)]
    linked = template.property_dependencies.get("networkInterfaces", ())
    if any(group.urn in linked for group in fabric):
        return
    known = [found for group in fabric if isinstance(found := group.props.get("id"), str)]
    for port in ports:
        groups = items(port.value("securityGroups"))
        if not any(group in known for group in groups if isinstance(group, str)):
            yield f"EFA interface on card {port.value('networkCardIndex', 0)} uses no fabric group"


RULE = Rule(
    id="RW-PNET-002",
    title="The fabric's security group is open to itself, both ways, and to nothing else",
    severity=Severity.HIGH,
    applies_to=frozenset({GROUP, TEMPLATE}),
    controls=(
        "HIPAA:164.308(a)(4)(ii)(A)",
        "GDPR:Art.25(1)",
        "CCPA-REGS:7123(c)(10)",
        "SOX-ITGC:DSS05.02",
        "NIST-800-53r5:SC-4",
        "NIST-800-53r5:SC-7(21)",
        "ISO-27001:A.8.22",
        "SOC2:CC6.1",
        "PCI-DSS-4.0.1:A1.1.1",
    ),
    fix="keep only all-protocol rules from the group to itself, one for each direction",
    code=(
        'aws.vpc.SecurityGroupIngressRule("in", security_group_id=g.id, '
        'referenced_security_group_id=g.id, ip_protocol="-1")'
    ),
    find=_find,
    needs_stack=True,
)
