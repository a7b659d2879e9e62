"""Client VPN opens what was asked for.

Requirement: authorisation rules name a network of the cluster, and a group.
Why it matters: a rule for 0.0.0.0/0 and everybody makes the VPN a way into every peered network.
What it looks at: target network and group of authorisation rules.
Known limits: groups are those of the identity provider.
Fix: name the cluster's network and a group.
Sources: AWS Client VPN Administrator Guide, "Authorization rules"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.reading import is_true
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(rule: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if rule.value("targetNetworkCidr") in ("0.0.0.0/0", "::/0"):
        yield "it opens the whole internet"
    if is_true(rule.value("authorizeAllGroups")):
        yield "it opens to every group"


RULE = Rule(
    id="RW-PVPN-005",
    title="Client VPN opens what was asked for",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"aws:ec2clientvpn/authorizationRule:AuthorizationRule"}),
    controls=(
        "HIPAA:164.308(a)(4)(ii)(B)",
        "HIPAA:164.312(a)(1)",
        "GDPR:Art.25(2)",
        "CCPA-REGS:7123(c)(3)",
        "SOX-ITGC:DSS06.03",
        "NIST-800-53r5:AC-6",
        "ISO-27001:A.5.15",
        "SOC2:CC6.3",
        "PCI-DSS-4.0.1:7.2.2",
        "HIPAA:164.308(a)(4)(ii)(A)",
        "GDPR:Art.32(1)(b)",
        "CCPA-REGS:7123(c)(10)",
        "SOX-ITGC:DSS05.02",
        "NIST-800-53r5:SC-7",
        "NIST-800-53r5:AC-4",
        "ISO-27001:A.8.22",
        "SOC2:CC6.6",
        "PCI-DSS-4.0.1:1.2.1",
    ),
    fix="name network and group",
    code=('aws.ec2clientvpn.AuthorizationRule("admins", target_network_cidr="10.40.0.0/16", access_group_id="admins")'),
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
