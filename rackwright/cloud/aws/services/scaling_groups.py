"""Auto-scaling groups: instances start from the version that the group names, spread over its subnets.

Source: Amazon EC2 Auto Scaling User Guide, "Launch templates" and "Availability Zone distribution"
(docs.aws.amazon.com/autoscaling/ec2/userguide, 2026-11).
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from moto.autoscaling.models import ASG_NAME_TAG, FakeAutoScalingGroup, InstanceState

from rackwright.cloud.aws.services.launches import on_behalf_of


def launch_members(self: Any, count_needed: int, propagated_tags: dict[str, str]) -> None:
    """Start `count_needed` instances, each in the subnet that has the fewest."""
    tags = {**propagated_tags, **self.instance_tags, ASG_NAME_TAG: self.name}
    for _ in range(count_needed):
        self.instance_states.append(_launch(self, tags, _emptiest_subnet(self)))


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
