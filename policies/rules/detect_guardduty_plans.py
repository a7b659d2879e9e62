"""Threats are looked for where the data is.

Requirement: GuardDuty watches S3, EKS audit logs, runtimes and malware on volumes.
Why it matters: the plain detector sees the network only; what a pod does on its node, or who empties a bucket, the
plans see.
What it looks at: features of each detector in the stack.
Known limits: Lambda and RDS plans are not asked for: the program makes neither.
Fix: add the features.
Sources: Amazon GuardDuty User Guide, "Protection plans"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import pointing_to
from policies.rule import Enforcement, Resource, Rule, Severity

FEATURE = "aws:guardduty/detectorFeature:DetectorFeature"
WANTED = ("S3_DATA_EVENTS", "EKS_AUDIT_LOGS", "EBS_MALWARE_PROTECTION", "RUNTIME_MONITORING")


def _find(detector: Resource, resources: Sequence[Resource]) -> Iterator[str]:
    mine = pointing_to(resources, FEATURE, "detectorId", detector)
    on = [feature.value("name") for feature in mine if feature.value("status") == "ENABLED"]
    missing = [name for name in WANTED if name not in on]
    if missing:
        yield f"not watched: {', '.join(missing)}"


RULE = Rule(
    id="RW-PDET-002",
    title="Threats are looked for where the data is",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"aws:guardduty/detector:Detector"}),
    controls=cite("incident-detection", "threat-detection"),
    fix="enable the protection plans",
    code=('aws.guardduty.DetectorFeature("s3", detector_id=detector.id, name="S3_DATA_EVENTS", status="ENABLED")'),
    find=_find,
    enforcement=Enforcement.ADVISORY,
    needs_stack=True,
)
