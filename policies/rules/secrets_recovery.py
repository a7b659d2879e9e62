"""A deleted secret can be called back.

Requirement: secrets have a recovery window of at least seven days.
Why it matters: with a window of zero a wrong destroy takes the scheduler's or registry's key with it at once.
What it looks at: `recoveryWindowInDays`; AWS takes 30 when it is absent.
Known limits: none known.
Fix: leave the default.
Sources: AWS Secrets Manager User Guide, "Delete an AWS Secrets Manager secret".
"""

from __future__ import annotations

from policies.checks import must_be_at_least, set_to
from policies.rule import Enforcement, Rule, Severity

LEAST_DAYS = 7


RULE = Rule(
    id="RW-PSEC-001",
    title="A deleted secret can be called back",
    severity=Severity.LOW,
    applies_to=frozenset({"aws:secretsmanager/secret:Secret"}),
    controls=(
        "HIPAA:164.308(a)(5)(ii)(D)",
        "GDPR:Art.32(1)(b)",
        "CCPA-REGS:7123(c)(5)",
        "SOX-ITGC:DSS05.04",
        "NIST-800-53r5:IA-5(7)",
        "ISO-27001:A.5.17",
        "SOC2:CC6.1",
        "PCI-DSS-4.0.1:8.6.2",
    ),
    fix="keep a recovery window",
    code="recovery_window_in_days=30",
    find=must_be_at_least("recoveryWindowInDays", LEAST_DAYS, default=30),
    remedy=set_to({"recoveryWindowInDays": 30}),
    enforcement=Enforcement.ADVISORY,
)
