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
from policies.controls import cite
from policies.rule import Enforcement, Rule, Severity

LEAST_DAYS = 14


RULE = Rule(
    id="RW-PKEY-004",
    title="A deleted key can be called back",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"aws:kms/key:Key"}),
    controls=cite("key-custody"),
    fix="wait at least 14 days",
    code="deletion_window_in_days=30",
    find=must_be_at_least("deletionWindowInDays", LEAST_DAYS, default=30),
    remedy=set_to({"deletionWindowInDays": 30}),
    enforcement=Enforcement.ADVISORY,
)
