"""Logs with personal data have an end.

Requirement: where the stack holds personal data, log groups do not keep logs for ever.
Why it matters: logs name people and addresses; data without an end is data without a purpose.
What it looks at: retention of log groups in stacks tagged pii.
Known limits: audit logs of health and financial data have longer duties and are left out.
Fix: set a retention.
Sources: GDPR Art. 5(1)(e); 11 CCR 7012(e)(4)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import number
from policies.rule import Enforcement, Resource, Rule, Severity
from policies.stack import indexed


def _find(group: Resource, resources: Sequence[Resource]) -> Iterator[str]:
    if "pii" in indexed(resources).classifications and not number(group.value("retentionInDays", 0)):
        yield "logs with personal data are kept for ever"


RULE = Rule(
    id="RW-PDAT-002",
    title="Logs with personal data have an end",
    severity=Severity.LOW,
    applies_to=frozenset({"aws:cloudwatch/logGroup:LogGroup"}),
    controls=cite("data-minimisation"),
    fix="set retention_in_days",
    code="retention_in_days=400",
    find=_find,
    enforcement=Enforcement.ADVISORY,
    needs_stack=True,
)
