"""Auto-scaling groups: instances start from the version that the group names, spread over its subnets.

A launch that fails leaves the group as it is and a failed activity behind; the group tries again, with growing pauses.
Sources: Amazon EC2 Auto Scaling User Guide, "Launch templates", "Availability Zone distribution", "Verify a scaling
activity" and "Troubleshoot: EC2 instance launch failures" (docs.aws.amazon.com/autoscaling/ec2/userguide, 2026-11).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Any

from moto.autoscaling.models import ASG_NAME_TAG, FakeAutoScalingGroup, InstanceState
from moto.moto_api._internal import mock_random

from rackwright.cloud.aws.call import ApiError, Behaviours, Call, Reply
from rackwright.cloud.aws.lifecycle import pace
from rackwright.cloud.aws.luck import ask_luck
from rackwright.cloud.aws.services.launches import on_behalf_of

FIRST_PAUSE_S, LONGEST_PAUSE_S = 15, 300
"""Pauses of a group after a launch that failed, doubled each time; AWS names none, these are ours."""
KEPT_ACTIVITIES = 100
"""Latest activities of a group that are kept; DescribeScalingActivities answers at most as many at once."""


@dataclass(frozen=True, slots=True)
class Activity:
    """A launch that a group tried."""

    id: str
    started: float
    """Seconds since the epoch."""
    description: str
    error: str = ""
    """Why it failed; empty: it did not."""


def launch_members(self: Any, count_needed: int, propagated_tags: dict[str, str]) -> None:
    """Start `count_needed` instances, each in the subnet that has the fewest, until one launch fails."""
    tags = {**propagated_tags, **self.instance_tags, ASG_NAME_TAG: self.name}
    for _ in range(count_needed):
        try:
            ask_luck("ec2", "RunInstances")
            member = _launch(self, tags, _emptiest_subnet(self))
        except ApiError as error:
            _note(self, "Launching a new EC2 instance.", f"{error.message} Launching EC2 instance failed.")
            return
        self.instance_states.append(member)
        _note(self, f"Launching a new EC2 instance: {member.instance.id}")


def _note(group: Any, description: str, error: str = "") -> None:
    activity = Activity(str(mock_random.uuid4()), pace.clock(), description, error)
    activities_of(group).insert(0, activity)
    del activities_of(group)[KEPT_ACTIVITIES:]
    vars(group)["rackwright_failures"] = failures_of(group) + 1 if error else 0


def activities_of(group: Any) -> list[Activity]:
    """What the group tried, latest first."""
    found: list[Activity] = vars(group).setdefault("rackwright_activities", [])
    return found


def failures_of(group: Any) -> int:
    """Launches that failed since the last one that did not."""
    return int(vars(group).get("rackwright_failures", 0))


def _is_due(group: Any) -> bool:
    """Whether the group tries again what failed."""
    if not failures_of(group) or len(group.active_instances()) >= (group.desired_capacity or 0):
        return False
    pause = min(FIRST_PAUSE_S * 2 ** (failures_of(group) - 1), LONGEST_PAUSE_S)
    return bool(pace.clock() >= activities_of(group)[0].started + pause * pace.scale)


def try_again(call: Call, group: Any) -> None:
    """Launch what failed, if `group` (None: there is none) is due to; `call` then counts as one that changes things."""
    if group is not None and _is_due(group):
        call.changed = True
        group.set_desired_capacity(group.desired_capacity)


def describe_groups(call: Call) -> Reply:
    """As they are, after what was due has been tried again."""
    for group in call.state().autoscaling_groups.values():
        try_again(call, group)
    return call.forward()


def describe_activities(call: Call) -> Reply:
    """Latest first."""
    name = call.params.get("AutoScalingGroupName")
    groups = [group for group in call.state().autoscaling_groups.values() if name in (None, group.name)]
    found = [_described(group, one) for group in groups for one in activities_of(group)]
    return call.answer({"Activities": found[: call.params.get("MaxRecords") or KEPT_ACTIVITIES]})


def _described(group: Any, activity: Activity) -> dict[str, Any]:
    started = dt.datetime.fromtimestamp(activity.started, dt.UTC)
    return {
        "ActivityId": activity.id,
        "AutoScalingGroupName": group.name,
        "Description": activity.description,
        "Cause": "The group has fewer instances than its desired capacity.",
        "StartTime": started,
        "EndTime": started,
        "StatusCode": "Failed" if activity.error else "Successful",
        "Progress": 100,
        **({"StatusMessage": activity.error} if activity.error else {}),
    }


def _emptiest_subnet(group: Any) -> str | None:
    subnets = [name for name in (group.vpc_zone_identifier or "").split(",") if name]
    used = Counter(member.instance.subnet_id for member in group.instance_states)
    return min(subnets, key=lambda subnet: used[subnet], default=None)


def _launch(group: Any, tags: dict[str, str], subnet: str | None) -> InstanceState:
    state = group.autoscaling_backend.ec2_backend
    asked = {"Placement": {"GroupName": group.placement_group}} if group.placement_group else {}
    template = group.ec2_launch_template
    version = getattr(group, "launch_template_version", None)
    with on_behalf_of(asked):
        reservation = state.run_instances(
            group.image_id,
            1,
            group.user_data,
            group.security_groups,
            instance_type=group.instance_type,
            tags={"instance": tags},
            placement=None if subnet else group.availability_zones[0],
            launch_config=group.launch_config,
            launch_template={"LaunchTemplateId": template.id, "Version": version} if template else None,
            is_instance_type_default=False,
            associate_public_ip=group.launch_config.associate_public_ip_address if group.launch_config else None,
            subnet_id=subnet,
            region_name=state.region_name,
        )
    instance = reservation.instances[0]
    instance.autoscaling_group = group
    return InstanceState(instance, protected_from_scale_in=group.new_instances_protected_from_scale_in)


def install() -> None:
    """Put these rules into moto."""
    type.__setattr__(FakeAutoScalingGroup, "replace_autoscaling_group_instances", launch_members)


BEHAVIOURS: Behaviours = {
    ("autoscaling", "DescribeAutoScalingGroups"): describe_groups,
    ("autoscaling", "DescribeScalingActivities"): describe_activities,
}
