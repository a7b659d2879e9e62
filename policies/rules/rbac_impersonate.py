"""Nobody acts in another's name.

Requirement: roles that people wrote do not allow to impersonate users, groups or service accounts.
Why it matters: who impersonates the group system:masters is the cluster, and the audit log names another.
What it looks at: rules of Roles and ClusterRoles; wildcards count. Roles that Kubernetes itself makes are left out:
RW-PRBC-010 judges to whom they are given.
Known limits: a right that is given only to a controller that needs it is waived by the name of its role.
Fix: remove the verb.
Sources: Kubernetes documentation, "Role Based Access Control Good Practices"
"""

from __future__ import annotations

from policies.controls import cite
from policies.grants import ROLES, allowing
from policies.rule import Enforcement, Rule, Severity

WHAT = ("users", "groups", "serviceaccounts")
VERBS = ("impersonate",)


RULE = Rule(
    id="RW-PRBC-005",
    title="Nobody acts in another's name",
    severity=Severity.CRITICAL,
    applies_to=ROLES,
    controls=cite("least-privilege", "kubernetes-identity", "CIS-K8S-2.0.1:5.1.8"),
    fix="remove the verb",
    code="rules: []",
    find=allowing(WHAT, VERBS),
    enforcement=Enforcement.ADVISORY,
)
