"""Changes of the configuration are recorded.

Requirement: AWS Config records every type of resource, global ones included, in every region in use.
Why it matters: after a break-in it is the only record of what a group or a policy was an hour before.
What it looks at: recorders and their state.
Known limits: recording each change costs money: a stack without duties may waive it.
Fix: set `monitoring.config_recorder: true`.
Sources: AWS Config Developer Guide
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import is_true, of_type
from policies.rule import Enforcement, Resource, Rule, Severity
from policies.subjects.account import REGION

KIND = "aws:cfg/recorder:Recorder"
STATUS = "aws:cfg/recorderStatus:RecorderStatus"


def _find(resource: Resource, resources: Sequence[Resource]) -> Iterator[str]:
    if resource.type == REGION:
        if is_true(resource.value("inUse", default=True)) and not any(of_type(resources, KIND)):
            yield "AWS Config records nothing in this region"
        return
    if not is_true(resource.value("recordingGroup.allSupported", default=True)):
        yield "not every type is recorded (recordingGroup.allSupported)"
    if not is_true(resource.value("recordingGroup.includeGlobalResourceTypes")):
        yield "global types are not recorded (includeGlobalResourceTypes)"
    if any(not is_true(status.value("isEnabled")) for status in of_type(resources, STATUS)):
        yield "the recorder is switched off"


RULE = Rule(
    id="RW-PDET-004",
    title="Changes of the configuration are recorded",
    severity=Severity.HIGH,
    applies_to=frozenset({"aws:cfg/recorder:Recorder", "account:aws/region:Region"}),
    controls=cite("continuous-compliance", "asset-inventory", "CIS-AWS-3.0:3.3"),
    fix="record all types",
    code=(
        'aws.cfg.Recorder("changes", role_arn=role.arn, recording_group={"all_supported": True, '
        '"include_global_resource_types": True})'
    ),
    find=_find,
    enforcement=Enforcement.ADVISORY,
    needs_stack=True,
)
