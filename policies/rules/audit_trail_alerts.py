"""CloudTrail is watched as it happens.

Requirement: every trail delivers to a log group too.
Why it matters: files in a bucket are read after the fact; alarms and queries need the log group.
What it looks at: `cloudWatchLogsGroupArn` of trails.
Known limits: whether anybody set an alarm is another question.
Fix: set `cloud_watch_logs_group_arn` and its role.
Sources: AWS CloudTrail User Guide, "Monitoring CloudTrail log files with Amazon CloudWatch Logs".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import is_set
from policies.rule import Enforcement, Resource, Rule, Severity

LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"


def _find(trail: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if not is_set(trail, "cloudWatchLogsGroupArn", source=LOG_GROUP):
        yield "cloudWatchLogsGroupArn is not set"


RULE = Rule(
    id="RW-PAUD-002",
    title="CloudTrail is watched as it happens",
    severity=Severity.LOW,
    applies_to=frozenset({"aws:cloudtrail/trail:Trail"}),
    controls=cite("alerting"),
    fix="deliver to a log group",
    code='cloud_watch_logs_group_arn=logs.arn.apply(lambda arn: f"{arn}:*"), cloud_watch_logs_role_arn=role.arn',
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
