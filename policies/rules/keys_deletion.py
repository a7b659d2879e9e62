"""A deleted key can be called back.

Requirement: the waiting time before a key is destroyed is at least 14 days.
Why it matters: a destroyed key takes every volume, file system and bucket with it; somebody must have the time to
notice.
What it looks at: `deletionWindowInDays`; AWS takes 30 when it is absent.
Known limits: none known.
Fix: leave the default, or set 14 to 30.
Sources: AWS KMS Developer Guide, "Delete an AWS KMS key".
"""

from __future__ import annotations

from policies.checks import must_be_at_least, set_to
from policies.rule import Enforcement, Rule, Severity

LEAST_DAYS = 14


RULE = Rule(
    id="RW-PKEY-004",
    title="A deleted key can be called back",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"aws:kms/key:Key"}),
    controls=(
        "HIPAA:164.312(a)(2)(iv)",
        "GDPR:Art.32(1)(a)",
        "CCPA-REGS:7123(c)(2)",
        "SOX-ITGC:DSS05.04",
        "NIST-800-53r5:SC-12",
        "ISO-27001:A.8.24",
        "SOC2:CC6.1",
        "PCI-DSS-4.0.1:3.6.1",
    ),
    fix="wait at least 14 days",
    code="deletion_window_in_days=30",
    find=must_be_at_least("deletionWindowInDays", LEAST_DAYS, default=30),
    remedy=set_to({"deletionWindowInDays": 30}),
    enforcement=Enforcement.ADVISORY,
)
