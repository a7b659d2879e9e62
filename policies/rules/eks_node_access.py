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

from policies.controls import cite
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
    controls=cite("remote-access"),
    fix="remove remote_access",
    code="# no remote_access; use Session Manager",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
