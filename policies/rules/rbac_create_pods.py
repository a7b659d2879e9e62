"""Few may start pods.

Requirement: roles that people wrote do not allow to create pods directly.
Why it matters: who creates a pod chooses its service account, its volumes and its node, and so has the rights of
every account of the namespace.
What it looks at: rules of Roles and ClusterRoles; wildcards count. Roles that Kubernetes itself makes are left out:
RW-PRBC-010 judges to whom they are given.
Known limits: a right that is given only to a controller that needs it is waived by the name of its role.
Fix: let people create jobs of the queue, and leave pods to controllers.
Sources: Kubernetes documentation, "Role Based Access Control Good Practices"
"""

from __future__ import annotations

from policies.controls import cite
from policies.grants import ROLES, allowing
from policies.rule import Enforcement, Rule, Severity

WHAT = ("pods",)
VERBS = ("create",)


RULE = Rule(
    id="RW-PRBC-003",
    title="Few may start pods",
    severity=Severity.MEDIUM,
    applies_to=ROLES,
    controls=cite("least-privilege", "CIS-K8S-2.0.1:5.1.4"),
    fix="let people create jobs of the queue, and leave pods to controllers",
    code="rules: [{apiGroups: [batch], resources: [jobs], verbs: [create]}]",
    find=allowing(WHAT, VERBS),
    enforcement=Enforcement.ADVISORY,
)
