"""Few may make tokens.

Requirement: roles that people wrote do not allow to create tokens of service accounts.
Why it matters: a token made this way works as long as its maker wishes and leaves no object behind.
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

WHAT = ("serviceaccounts/token",)
VERBS = ("create",)


RULE = Rule(
    id="RW-PRBC-008",
    title="Few may make tokens",
    severity=Severity.HIGH,
    applies_to=ROLES,
    controls=cite("least-privilege", "kubernetes-identity", "CIS-K8S-2.0.1:5.1.13"),
    fix="remove the verb",
    code='rules: [{apiGroups: [""], resources: [serviceaccounts], verbs: [get]}]',
    find=allowing(WHAT, VERBS),
    enforcement=Enforcement.ADVISORY,
)
