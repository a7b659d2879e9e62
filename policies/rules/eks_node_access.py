"""Nobody logs in to nodes of EKS by ssh.

Requirement: node groups have no remote access, or from named security groups only.
Why it matters: `remoteAccess` without groups opens port 22 of every node to the internet.
What it looks at: `remoteAccess` of node groups.
Known limits: access through Session Manager needs none of it.
Fix: remove `remote_access`.
Sources: Amazon EKS User Guide, "Launch managed node groups"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.rule import Enforcement, Resource, Rule, Severity


def _find(group: Resource, _: Sequence[Resource]) -> Iterator[str]:
    access = group.value("remoteAccess")
    if isinstance(access, dict) and access.get("ec2SshKey") and not group.value("remoteAccess.sourceSecurityGroupIds"):
        yield "remoteAccess names no groups: ssh is open to everybody"


RULE = Rule(
    id="RW-PEKS-006",
    title="Nobody logs in to nodes of EKS by ssh",
    severity=Severity.HIGH,
    applies_to=frozenset({"aws:eks/nodeGroup:NodeGroup"}),
    controls=(
        "HIPAA:164.312(a)(2)(iii)",
        "GDPR:Art.32(1)(b)",
        "CCPA-REGS:7123(c)(11)",
        "SOX-ITGC:DSS05.02",
        "NIST-800-53r5:AC-17",
        "ISO-27001:A.8.5",
        "SOC2:CC6.6",
        "PCI-DSS-4.0.1:8.2.8",
    ),
    fix="remove remote_access",
    code="# no remote_access; use Session Manager",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
