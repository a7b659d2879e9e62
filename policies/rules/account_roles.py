"""Somebody may ask AWS for help, and somebody may look.

Requirement: a role has AWSSupportAccess, and one has SecurityAudit.
Why it matters: in an incident nobody should have to become administrator to open a case, or to look.
What it looks at: roles and their policies.
Known limits: a role of one's own with the same rights is not seen.
Fix: attach the policies.
Sources: CIS AWS Foundations 3.0.0, section 1; IAM User Guide, "Security best practices"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.reading import is_true, known
from policies.rule import Enforcement, Resource, Rule, Severity

WANTED = {"supportRole": "AWSSupportAccess", "auditRole": "SecurityAudit"}


def _find(account: Resource, _: Sequence[Resource]) -> Iterator[str]:
    for name, policy in WANTED.items():
        if not is_true(known(account, name)):
            yield f"no role has {policy}"


RULE = Rule(
    id="RW-PACC-005",
    title="Somebody may ask AWS for help, and somebody may look",
    severity=Severity.LOW,
    applies_to=frozenset({"account:aws/summary:Summary"}),
    controls=(
        "HIPAA:164.308(a)(6)(ii)",
        "GDPR:Art.33(1)",
        "CCPA-REGS:7123(c)(17)",
        "SOX-ITGC:DSS02.02",
        "NIST-800-53r5:IR-6",
        "ISO-27001:A.5.24",
        "SOC2:CC7.4",
        "PCI-DSS-4.0.1:12.10.1",
        "HIPAA:164.308(a)(3)(ii)(A)",
        "GDPR:Art.32(4)",
        "CCPA-REGS:7123(c)(3)",
        "SOX:404(a)",
        "SOX-ITGC:DSS06.03",
        "NIST-800-53r5:AC-5",
        "NIST-800-53r5:CM-5",
        "ISO-27001:A.5.3",
        "SOC2:CC8.1",
        "PCI-DSS-4.0.1:6.5.4",
        "CIS-AWS-3.0:1.17",
    ),
    fix="attach AWSSupportAccess and SecurityAudit",
    code="aws iam attach-role-policy --policy-arn arn:aws:iam::aws:policy/SecurityAudit",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
