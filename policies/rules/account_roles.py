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

from policies.controls import cite
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
    controls=cite("breach-notification", "segregation-of-duties", "CIS-AWS-3.0:1.17"),
    fix="attach AWSSupportAccess and SecurityAudit",
    code="aws iam attach-role-policy --policy-arn arn:aws:iam::aws:policy/SecurityAudit",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
