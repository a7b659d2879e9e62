"""Few may change what admits objects.

Requirement: roles that people wrote do not allow to write admission webhooks.
Why it matters: a webhook reads and changes every object that is written, secrets included.
What it looks at: rules of Roles and ClusterRoles; wildcards count. Roles that Kubernetes itself makes are left out:
RW-PRBC-010 judges to whom they are given.
Known limits: a right that is given only to a controller that needs it is waived by the name of its role.
Fix: remove the verbs, or waive the operator that keeps its own webhook.
Sources: Kubernetes documentation, "Role Based Access Control Good Practices"
"""

from __future__ import annotations

from policies.controls import cite
from policies.grants import ROLES, allowing
from policies.rule import Enforcement, Rule, Severity

WHAT = ("validatingwebhookconfigurations", "mutatingwebhookconfigurations")
VERBS = ("create", "update", "patch", "delete")


RULE = Rule(
    id="RW-PRBC-006",
    title="Few may change what admits objects",
    severity=Severity.HIGH,
    applies_to=ROLES,
    controls=cite("least-privilege", "CIS-K8S-2.0.1:5.1.12"),
    fix="remove the verbs, or waive the operator that keeps its own webhook",
    code=(
        "rules: [{apiGroups: [admissionregistration.k8s.io], resources: "
        "[validatingwebhookconfigurations], verbs: [get]}]"
    ),
    find=allowing(WHAT, VERBS, "admissionregistration.k8s.io"),
    enforcement=Enforcement.ADVISORY,
)
