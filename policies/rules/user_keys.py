"""Keys are few, young and used.

Requirement: active access keys are at most 90 days old, used within 45 days, and one per user.
Why it matters: an old key lies in more places than anybody knows.
What it looks at: access keys in the credential report.
Known limits: keys of programs outside AWS need an owner: waive them one by one.
Fix: rotate or delete them.
Sources: CIS AWS Foundations 3.0.0, section 1; IAM User Guide, "Security best practices"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import is_true, known, maps, number
from policies.rule import Enforcement, Resource, Rule, Severity

MOST_DAYS = 90
MOST_IDLE_DAYS = 45


def _find(user: Resource, _: Sequence[Resource]) -> Iterator[str]:
    known(user, "keys")
    active = [key for key in maps(user, "keys") if is_true(key.value("active"))]
    if len(active) > 1:
        yield "has two active keys"
    for key in active:
        age, idle = number(key.value("ageDays")) or 0, number(key.value("unusedDays"))
        if age > MOST_DAYS:
            yield f"has a key {age:g} days old, expected at most {MOST_DAYS}"
        if (idle if idle is not None else age) > MOST_IDLE_DAYS:
            yield "has a key that was never used" if idle is None else f"has a key unused for {idle:g} days"


RULE = Rule(
    id="RW-PACC-009",
    title="Keys are few, young and used",
    severity=Severity.HIGH,
    applies_to=frozenset({"account:aws/user:User"}),
    controls=cite(
        "credential-rotation",
        "HIPAA:164.308(a)(3)(ii)(C)",
        "GDPR:Art.32(1)(d)",
        "CCPA-REGS:7123(c)(3)",
        "NIST-800-53r5:AC-2(3)",
        "ISO-27001:A.5.18",
        "PCI-DSS-4.0.1:8.2.6",
        "CIS-AWS-3.0:1.12",
        "CIS-AWS-3.0:1.13",
        "CIS-AWS-3.0:1.14",
    ),
    fix="rotate or delete the key",
    code="aws iam delete-access-key --user-name alice",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
