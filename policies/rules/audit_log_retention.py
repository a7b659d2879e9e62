"""Logs are kept for a year.

Requirement: every log group keeps its logs for at least 365 days, or for ever.
Why it matters: break-ins are found months later on average; a retention of a week has nothing left to look at.
What it looks at: `retentionInDays` of log groups; absent or 0 means for ever.
Known limits: longer duties (six years for HIPAA, seven for SOX) are asked for in the spec, not here.
Fix: set `monitoring.retention`.
Sources: PCI DSS 4.0.1 10.5.1; NIST SP 800-53 r5 AU-11.
"""

from __future__ import annotations

from policies.checks import must_be_at_least, set_to
from policies.controls import cite
from policies.rule import Enforcement, Rule, Severity

YEAR_DAYS = 365


RULE = Rule(
    id="RW-PAUD-005",
    title="Logs are kept for a year",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"aws:cloudwatch/logGroup:LogGroup"}),
    controls=cite("log-retention"),
    fix="keep logs for at least 365 days",
    code="retention_in_days=365",
    find=must_be_at_least("retentionInDays", YEAR_DAYS, default=0, unlimited=0),
    remedy=set_to({"retentionInDays": YEAR_DAYS}),
    enforcement=Enforcement.ADVISORY,
)
