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

from collections.abc import Iterator, Sequence

from policies.grants import ROLES, allows, grants
from policies.rule import Enforcement, Resource, Rule, Severity

WHAT = ("roles", "clusterroles", "rolebindings", "clusterrolebindings")
VERBS = ("bind", "escalate")


def _find(role: Resource, _: Sequence[Resource]) -> Iterator[str]:
    for rule in grants(role):
        for what in WHAT:
            found = allows(rule, what, VERBS, "rbac.authorization.k8s.io")
            if found:
                yield f"{rule.name} allows {', '.join(found)} on {what}"


RULE = Rule(
    id="RW-PRBC-004",
    title="Nobody gives himself rights",
    severity=Severity.CRITICAL,
    applies_to=ROLES,
    controls=(
        "HIPAA:164.308(a)(4)(ii)(B)",
        "HIPAA:164.312(a)(1)",
        "GDPR:Art.25(2)",
        "CCPA-REGS:7123(c)(3)",
        "SOX-ITGC:DSS06.03",
        "NIST-800-53r5:AC-6",
        "ISO-27001:A.5.15",
        "SOC2:CC6.3",
        "PCI-DSS-4.0.1:7.2.2",
        "CIS-K8S-2.0.1:5.1.8",
    ),
    fix="remove the verbs; let the pipeline change roles",
    code="rules: [{apiGroups: [rbac.authorization.k8s.io], resources: [roles], verbs: [get, list]}]",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
