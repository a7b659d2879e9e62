"""Nodes report metrics every minute.

Requirement: detailed monitoring is on.
Why it matters: an idle or throttled GPU node costs dollars a minute; the five-minute metrics show it too late for
alarms and scaling.
What it looks at: `monitoring` of instances and launch templates.
Known limits: GPU metrics come from the exporter on the node, not from here.
Fix: set `monitoring`.
Sources: AWS EC2 User Guide, "Manage detailed monitoring for your EC2 instances".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import is_true
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(resource: Resource, _: Sequence[Resource]) -> Iterator[str]:
    value = resource.value("monitoring")
    if not is_true(resource.value("monitoring.enabled") if isinstance(value, dict) else value):
        yield "detailed monitoring is not on"


RULE = Rule(
    id="RW-PCMP-003",
    title="Nodes report metrics every minute",
    severity=Severity.LOW,
    applies_to=frozenset({"aws:ec2/instance:Instance", "aws:ec2/launchTemplate:LaunchTemplate"}),
    controls=cite("alerting"),
    fix="turn detailed monitoring on",
    code='monitoring={"enabled": True}',
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
