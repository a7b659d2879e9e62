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
from policies.controls import cite
from policies.rule import Enforcement, Rule, Severity

LEAST_DAYS = 7


RULE = Rule(
    id="RW-PSEC-001",
    title="A deleted secret can be called back",
    severity=Severity.LOW,
    applies_to=frozenset({"aws:secretsmanager/secret:Secret"}),
    controls=cite("secrets-at-rest"),
    fix="keep a recovery window",
    code="recovery_window_in_days=30",
    find=must_be_at_least("recoveryWindowInDays", LEAST_DAYS, default=30),
    remedy=set_to({"recoveryWindowInDays": 30}),
    enforcement=Enforcement.ADVISORY,
)
