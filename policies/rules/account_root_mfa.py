"""Root signs in with a hardware second factor.

Requirement: the root user has a second factor, of hardware.
Why it matters: the password of root, found or guessed, is the account.
What it looks at: the account's summary.
Known limits: centrally managed root without credentials counts as guarded: waive the rule there.
Fix: register a hardware key.
Sources: CIS AWS Foundations 3.0.0, section 1; IAM User Guide, "Security best practices"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import is_true, known
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(account: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if not is_true(known(account, "rootMfa")):
        yield "root has no second factor"
    elif not is_true(known(account, "rootHardwareMfa")):
        yield "root's second factor is no hardware"


RULE = Rule(
    id="RW-PACC-002",
    title="Root signs in with a hardware second factor",
    severity=Severity.CRITICAL,
    applies_to=frozenset({"account:aws/summary:Summary"}),
    controls=cite(
        "mfa",
        "HIPAA:164.308(a)(3)(ii)(A)",
        "GDPR:Art.32(4)",
        "CCPA-REGS:7123(c)(3)",
        "NIST-800-53r5:AC-6(5)",
        "ISO-27001:A.8.2",
        "SOC2:CC6.3",
        "PCI-DSS-4.0.1:8.2.2",
        "CIS-AWS-3.0:1.5",
        "CIS-AWS-3.0:1.6",
    ),
    fix="register a hardware key for root",
    code="aws iam enable-mfa-device",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
