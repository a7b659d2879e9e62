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

from collections.abc import Iterator, Sequence

from policies.grants import ROLES, allows, grants
from policies.rule import Enforcement, Resource, Rule, Severity

WHAT = ("certificatesigningrequests/approval",)
VERBS = ("update", "patch", "approve")


def _find(role: Resource, _: Sequence[Resource]) -> Iterator[str]:
    for rule in grants(role):
        for what in WHAT:
            found = allows(rule, what, VERBS, "certificates.k8s.io")
            if found:
                yield f"{rule.name} allows {', '.join(found)} on {what}"


RULE = Rule(
    id="RW-PRBC-007",
    title="Few may sign certificates",
    severity=Severity.HIGH,
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
        "HIPAA:164.312(a)(2)(iv)",
        "GDPR:Art.32(1)(a)",
        "CCPA-REGS:7123(c)(2)",
        "NIST-800-53r5:SC-12",
        "ISO-27001:A.8.24",
        "SOC2:CC6.1",
        "PCI-DSS-4.0.1:3.6.1",
    ),
    fix="leave approval to the controller manager",
    code=("rules: [{apiGroups: [certificates.k8s.io], resources: [certificatesigningrequests], verbs: [create, get]}]"),
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
