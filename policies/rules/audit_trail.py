"""CloudTrail is on, over all regions, with validated log files.

Requirement: every trail logs, covers all regions and global services, and validates its log files; a stack that has a
VPC has a trail.
Why it matters: a trail in one region misses what an intruder does in another; without validation, deleted or changed
files are not noticed.
What it looks at: trails; and VPCs, to see that there is a trail at all.
Known limits: a trail of the organisation, made outside the stack, is not seen; waive the finding and name it.
Fix: set `is_multi_region_trail`, `include_global_service_events`, `enable_logging` and `enable_log_file_validation`.
Sources: CIS AWS Foundations 3.0.0 3.1 and 3.2; AWS CloudTrail User Guide, "Security best practices".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import is_true, of_type
from policies.rule import Enforcement, Resource, Rule, Severity

TRAIL = "aws:cloudtrail/trail:Trail"
VPC = "aws:ec2/vpc:Vpc"
SETTINGS = {
    "enableLogging": True,
    "includeGlobalServiceEvents": True,
    "isMultiRegionTrail": False,
    "enableLogFileValidation": False,
}
"""Setting that must be on -> what AWS takes when it is absent."""


def _find(resource: Resource, resources: Sequence[Resource]) -> Iterator[str]:
    if resource.type == VPC:
        if not any(of_type(resources, TRAIL)):
            yield "the stack has a network but no trail"
        return
    for setting, default in SETTINGS.items():
        if not is_true(resource.value(setting, default)):
            yield f"{setting} is not on"


RULE = Rule(
    id="RW-PAUD-001",
    title="CloudTrail is on, over all regions, with validated log files",
    severity=Severity.HIGH,
    applies_to=frozenset({TRAIL, VPC}),
    controls=cite(
        "audit-logging",
        "HIPAA:164.312(c)(1)",
        "SOX:802 (18 USC 1519)",
        "NIST-800-53r5:AU-9",
        "CIS-AWS-3.0:3.1",
        "CIS-AWS-3.0:3.2",
        "CIS-AWS-7.0:4.1",
        "CIS-AWS-7.0:4.2",
    ),
    fix="turn on logging, all regions, global events and log file validation",
    code='aws.cloudtrail.Trail("audit", is_multi_region_trail=True, enable_log_file_validation=True, ...)',
    find=_find,
    enforcement=Enforcement.ADVISORY,
    needs_stack=True,
)
