"""Every security group rule says what it is for.

Requirement: security groups, their in-line rules and their rule resources have a description.
Why it matters: a rule that nobody can explain is never removed; reviews of access then cannot be done.
What it looks at: `description` of groups, in-line rules and rule resources; the provider's own default text does not
count.
Known limits: does not judge whether the text is true.
Fix: set `description`.
Sources: PCI DSS 4.0.1 1.2.5 (services, protocols and ports have a business need); NIST SP 800-53 r5 SC-7(5).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import maps
from policies.rule import Enforcement, Resource, Rule, Severity

INGRESS_RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS_RULE = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
NOTHING_SAID = frozenset({"", "Managed by Pulumi", "Managed by Terraform"})


def _find(resource: Resource, _: Sequence[Resource]) -> Iterator[str]:
    entries = [resource]
    if resource.type == GROUP:
        entries += [*maps(resource, "ingress"), *maps(resource, "egress")]
    for entry in entries:
        text = entry.value("description", "")
        if not isinstance(text, str) or text.strip() in NOTHING_SAID:
            yield f"{entry.name} has no description"


RULE = Rule(
    id="RW-PNET-007",
    title="Every security group rule says what it is for",
    severity=Severity.LOW,
    applies_to=frozenset({INGRESS_RULE, EGRESS_RULE, GROUP}),
    controls=cite("security-groups", "PCI-DSS-4.0.1:1.2.5"),
    fix="write a description",
    code='description="ssh from the administrators"',
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
