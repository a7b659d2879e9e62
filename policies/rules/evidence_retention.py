"""Evidence is kept for seven years.

Requirement: evidence is kept for at least seven years where financial duties hold, and six where health data is.
Why it matters: the auditor of a statement asks seven years later.
What it looks at: how long the log is kept, and the class of data.
Known limits: the longer one is asked where the class is not known.
Fix: set `monitoring.retention`.
Sources: 17 CFR 210.2-06 (seven years); 45 CFR 164.316(b)(2)(i) (six years)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import known, number
from policies.rule import Enforcement, Resource, Rule, Severity
from policies.stack import indexed

SEVEN_YEARS_DAYS = 2555
SIX_YEARS_DAYS = 2190


def _find(log: Resource, resources: Sequence[Resource]) -> Iterator[str]:
    kept = number(known(log, "retentionDays"))
    least = SIX_YEARS_DAYS if indexed(resources).classifications == {"phi"} else SEVEN_YEARS_DAYS
    if kept is None or kept < least:
        yield f"evidence is kept for {known(log, 'retentionDays')!r} days, expected at least {least}"


RULE = Rule(
    id="RW-PCHG-011",
    title="Evidence is kept for seven years",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"pipeline:log"}),
    controls=cite("evidence-retention", "risk-evidence"),
    fix="keep evidence for 2555 days",
    code="monitoring: {retention: 2555 days}",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
