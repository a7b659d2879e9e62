"""Few may sign certificates.

Requirement: roles that people wrote do not allow to approve certificate requests.
Why it matters: an approved request for system:masters is a key to the cluster that no binding shows.
What it looks at: rules of Roles and ClusterRoles; wildcards count. Roles that Kubernetes itself makes are left out:
RW-PRBC-010 judges to whom they are given.
Known limits: a right that is given only to a controller that needs it is waived by the name of its role.
Fix: leave approval to the controller manager.
Sources: Kubernetes documentation, "Role Based Access Control Good Practices"
"""

from __future__ import annotations

from policies.controls import cite
from policies.grants import ROLES, allowing
from policies.rule import Enforcement, Rule, Severity

WHAT = ("certificatesigningrequests/approval",)
VERBS = ("update", "patch", "approve")


RULE = Rule(
    id="RW-PRBC-007",
    title="Few may sign certificates",
    severity=Severity.HIGH,
    applies_to=ROLES,
    controls=cite("least-privilege", "key-management"),
    fix="leave approval to the controller manager",
    code=("rules: [{apiGroups: [certificates.k8s.io], resources: [certificatesigningrequests], verbs: [create, get]}]"),
    find=allowing(WHAT, VERBS, "certificates.k8s.io"),
    enforcement=Enforcement.ADVISORY,
)
