"""Few may go through the node or bring volumes.

Requirement: roles that people wrote allow neither node proxies nor to create persistent volumes.
Why it matters: the kubelet's API runs commands in every container of the node, past admission and audit; a volume of
kind hostPath is the node's disk.
What it looks at: rules of Roles and ClusterRoles; wildcards count. Roles that Kubernetes itself makes are left out:
RW-PRBC-010 judges to whom they are given.
Known limits: a right that is given only to a controller that needs it is waived by the name of its role.
Fix: remove the rights; a CSI driver makes the volumes.
Sources: Kubernetes documentation, "Role Based Access Control Good Practices"
"""

from __future__ import annotations

from policies.controls import cite
from policies.grants import ROLES, allowing
from policies.rule import Enforcement, Rule, Severity

WHAT = ("nodes/proxy",)
VERBS = ("get", "create", "update", "patch")


RULE = Rule(
    id="RW-PRBC-009",
    title="Few may go through the node or bring volumes",
    severity=Severity.HIGH,
    applies_to=ROLES,
    controls=cite("least-privilege", "tenant-privacy"),
    fix="remove the rights; a CSI driver makes the volumes",
    code='rules: [{apiGroups: [""], resources: [nodes], verbs: [get]}]',
    find=allowing(WHAT, VERBS),
    enforcement=Enforcement.ADVISORY,
)
