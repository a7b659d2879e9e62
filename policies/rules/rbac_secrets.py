"""Few may read secrets.

Requirement: roles that people wrote do not allow to get, list or watch secrets.
Why it matters: who lists the secrets of a namespace has every credential in it, service account tokens included.
What it looks at: rules of Roles and ClusterRoles; wildcards count. Roles that Kubernetes itself makes are left out:
RW-PRBC-010 judges to whom they are given.
Known limits: a right that is given only to a controller that needs it is waived by the name of its role.
Fix: name the one secret with `resourceNames` in a Role of its namespace.
Sources: Kubernetes documentation, "Role Based Access Control Good Practices"
"""

from __future__ import annotations

from policies.controls import cite
from policies.grants import ROLES, allowing
from policies.rule import Enforcement, Rule, Severity

WHAT = ("secrets",)
VERBS = ("get", "list", "watch")


RULE = Rule(
    id="RW-PRBC-002",
    title="Few may read secrets",
    severity=Severity.HIGH,
    applies_to=ROLES,
    controls=cite("least-privilege", "secrets", "CIS-K8S-2.0.1:5.1.2"),
    fix="name the one secret with `resourceNames` in a Role of its namespace",
    code='rules: [{apiGroups: [""], resources: [configmaps], verbs: [get]}]',
    find=allowing(WHAT, VERBS),
    enforcement=Enforcement.ADVISORY,
)
