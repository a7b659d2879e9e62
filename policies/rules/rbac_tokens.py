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

from collections.abc import Iterator, Sequence

from policies.grants import ROLES, allows, grants
from policies.rule import Enforcement, Resource, Rule, Severity

WHAT = ("serviceaccounts/token",)
VERBS = ("create",)


def _find(role: Resource, _: Sequence[Resource]) -> Iterator[str]:
    for rule in grants(role):
        for what in WHAT:
            found = allows(rule, what, VERBS, "")
            if found:
                yield f"{rule.name} allows {', '.join(found)} on {what}"


RULE = Rule(
    id="RW-PRBC-008",
    title="Few may make tokens",
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
        "HIPAA:164.312(a)(2)(i)",
        "GDPR:Art.32(4)",
        "SOX-ITGC:DSS05.04",
        "NIST-800-53r5:IA-2",
        "ISO-27001:A.5.16",
        "SOC2:CC6.1",
        "PCI-DSS-4.0.1:8.2.1",
        "CIS-K8S-2.0.1:5.1.13",
    ),
    fix="remove the verb",
    code='rules: [{apiGroups: [""], resources: [serviceaccounts], verbs: [get]}]',
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
