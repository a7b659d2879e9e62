"""Alarms reach somebody.

Requirement: every alarm is switched on and has an action.
Why it matters: an alarm without an action changes colour on a page that nobody has open.
What it looks at: `actionsEnabled` and `alarmActions` of metric alarms.
Known limits: whether the topic has subscribers is not seen.
Fix: set `alarm_actions`.
Sources: Amazon CloudWatch User Guide, "Using Amazon CloudWatch alarms".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import is_set, is_true
from policies.rule import Enforcement, Resource, Rule, Severity

TOPIC = "aws:sns/topic:Topic"


def _find(alarm: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if not is_true(alarm.value("actionsEnabled", default=True)):
        yield "actionsEnabled is off"
    if not is_set(alarm, "alarmActions", source=TOPIC):
        yield "alarmActions is empty"


RULE = Rule(
    id="RW-PAUD-007",
    title="Alarms reach somebody",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"aws:cloudwatch/metricAlarm:MetricAlarm"}),
    controls=cite("alerting"),
    fix="give the alarm an action",
    code="actions_enabled=True, alarm_actions=[topic.arn]",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
