"""Threats are looked for.

Requirement: GuardDuty is on in every region in use, and tells what it finds within an hour.
Why it matters: stolen node credentials, mining and talk with known bad addresses show there first, and nowhere else.
What it looks at: detectors, and regions of the live account without one.
Known limits: another product may do the same: waive the rule for the account.
Fix: set `monitoring.guardduty: true`.
Sources: Amazon GuardDuty User Guide
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import is_true, of_type
from policies.rule import Enforcement, Resource, Rule, Severity
from policies.subjects.account import REGION

KIND = "aws:guardduty/detector:Detector"


def _find(resource: Resource, resources: Sequence[Resource]) -> Iterator[str]:
    if resource.type == REGION:
        if is_true(resource.value("inUse", default=True)) and not any(of_type(resources, KIND)):
            yield "GuardDuty is off in this region"
        return
    if not is_true(resource.value("enable", default=True)):
        yield "enable is not on"
    if resource.value("findingPublishingFrequency", "SIX_HOURS") == "SIX_HOURS":
        yield "findings are published every six hours only"


RULE = Rule(
    id="RW-PDET-001",
    title="Threats are looked for",
    severity=Severity.HIGH,
    applies_to=frozenset({"aws:guardduty/detector:Detector", "account:aws/region:Region"}),
    controls=cite("incident-detection", "threat-detection"),
    fix="turn on GuardDuty",
    code=('aws.guardduty.Detector("threats", enable=True, finding_publishing_frequency="FIFTEEN_MINUTES")'),
    find=_find,
    enforcement=Enforcement.ADVISORY,
    needs_stack=True,
)
