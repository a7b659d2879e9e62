"""Nobody gives himself rights.

Requirement: roles that people wrote do not allow bind, escalate or impersonate.
Why it matters: these verbs step around the check that nobody gives away more than he has.
What it looks at: rules of Roles and ClusterRoles; wildcards count. Roles that Kubernetes itself makes are left out:
RW-PRBC-010 judges to whom they are given.
Known limits: a right that is given only to a controller that needs it is waived by the name of its role.
Fix: remove the verbs; let the pipeline change roles.
Sources: Kubernetes documentation, "Role Based Access Control Good Practices"
"""

from __future__ import annotations

from policies.controls import cite
from policies.grants import ROLES, allowing
from policies.rule import Enforcement, Rule, Severity

WHAT = ("roles", "clusterroles", "rolebindings", "clusterrolebindings")
VERBS = ("bind", "escalate")


RULE = Rule(
    id="RW-PRBC-004",
    title="Nobody gives himself rights",
    severity=Severity.CRITICAL,
    applies_to=ROLES,
    controls=cite("least-privilege", "CIS-K8S-2.0.1:5.1.8"),
    fix="remove the verbs; let the pipeline change roles",
    code="rules: [{apiGroups: [rbac.authorization.k8s.io], resources: [roles], verbs: [get, list]}]",
    find=allowing(WHAT, VERBS, "rbac.authorization.k8s.io"),
    enforcement=Enforcement.ADVISORY,
)
