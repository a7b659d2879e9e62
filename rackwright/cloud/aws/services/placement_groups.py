"""EC2 placement groups.

Source: AWS EC2 User Guide, "Placement groups for your Amazon EC2 instances"
(docs.aws.amazon.com/AWSEC2/latest/UserGuide/placement-groups.html, 2026-11).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from moto.ec2.utils import EC2_PREFIX_TO_RESOURCE, EC2_RESOURCE_TO_PREFIX
from moto.moto_api._internal import mock_random

from rackwright.cloud.aws.call import ApiError, Behaviours, Call, Reply

STRATEGIES = ("cluster", "spread", "partition")
MOST_PARTITIONS = 7
MOST_SPREAD_PER_ZONE = 7
"""Running instances of a rack-level spread group in one zone."""


@dataclass
class PlacementGroup:
    """One group."""

    id: str
    name: str
    strategy: str
    partitions: int | None = None
    spread_level: str | None = None
    tags: dict[str, str] = field(default_factory=dict)


def groups_of(state: Any) -> dict[str, PlacementGroup]:
    """The groups of an account and region, by name."""
    found: dict[str, PlacementGroup] = vars(state).setdefault("rackwright_placement_groups", {})
    return found


def create(call: Call) -> Reply:
    """CreatePlacementGroup."""
    asked, groups = call.params, groups_of(call.state())
    name, strategy = asked.get("GroupName", ""), asked.get("Strategy", "cluster")
    partitions = asked.get("PartitionCount", 2 if strategy == "partition" else None)
    if name in groups:
        raise ApiError("InvalidPlacementGroup.Duplicate", f"The Placement Group '{name}' already exists.")
    if strategy not in STRATEGIES:
        raise ApiError("InvalidParameterValue", f"Value ({strategy}) for parameter strategy is invalid.")
    if partitions is not None and not (strategy == "partition" and 1 <= partitions <= MOST_PARTITIONS):
        raise ApiError("InvalidParameterValue", f"Partition count {partitions} is not valid for strategy {strategy}.")
    level = asked.get("SpreadLevel", "rack") if strategy == "spread" else None
    group = PlacementGroup(f"pg-{mock_random.get_random_hex(17)}", name, strategy, partitions, level, _tags(asked))
    groups[name] = group
    call.state().tags[group.id] = group.tags
    return call.answer({"PlacementGroup": _described(call, group)})


def _tags(asked: dict[str, Any]) -> dict[str, str]:
    specs = (spec for spec in asked.get("TagSpecifications", []) if spec.get("ResourceType") == "placement-group")
    return {tag["Key"]: tag.get("Value", "") for spec in specs for tag in spec.get("Tags", [])}


def describe(call: Call) -> Reply:
    """DescribePlacementGroups by name, id or filter."""
    groups = groups_of(call.state())
    names, ids = call.params.get("GroupNames"), call.params.get("GroupIds")
    unknown = [name for name in names or [] if name not in groups]
    known_ids = {group.id for group in groups.values()}
    unknown += [id_ for id_ in ids or [] if id_ not in known_ids]
    if unknown:
        raise ApiError("InvalidPlacementGroup.Unknown", f"The Placement Group '{unknown[0]}' is unknown.")
    chosen = [g for g in groups.values() if (not names or g.name in names) and (not ids or g.id in ids)]
    return call.answer({"PlacementGroups": [_described(call, g) for g in _filtered(chosen, call.params)]})


def _filtered(groups: Iterable[PlacementGroup], asked: dict[str, Any]) -> list[PlacementGroup]:
    wanted = {one["Name"]: one.get("Values", []) for one in asked.get("Filters", [])}
    return [group for group in groups if all(_value(group, name) in values for name, values in wanted.items())]


def _value(group: PlacementGroup, name: str) -> str | None:
    if name.startswith("tag:"):
        return group.tags.get(name[4:])
    return {"group-name": group.name, "strategy": group.strategy, "state": "available"}.get(name)


def delete(call: Call) -> Reply:
    """DeletePlacementGroup; one with instances stays."""
    name, groups = call.params.get("GroupName", ""), groups_of(call.state())
    if name not in groups:
        raise ApiError("InvalidPlacementGroup.Unknown", f"The Placement Group '{name}' is unknown.")
    if members_of(call.state(), name):
        raise ApiError("InvalidPlacementGroup.InUse", f"The placement group '{name}' is in use and may not be deleted.")
    call.state().tags.pop(groups.pop(name).id, None)
    return call.answer(None)


def members_of(state: Any, name: str) -> list[Any]:
    """Instances of a group that are not terminated."""
    return [one for one in state.all_instances() if one.placement.group_name == name and one.state != "terminated"]


def _described(call: Call, group: PlacementGroup) -> dict[str, Any]:
    live = call.state().tags.get(group.id, group.tags)
    return {
        "GroupId": group.id,
        "GroupName": group.name,
        "GroupArn": f"arn:aws:ec2:{call.region}:{call.account}:placement-group/{group.name}",
        "State": "available",
        "Strategy": group.strategy,
        **({"PartitionCount": group.partitions} if group.partitions else {}),
        **({"SpreadLevel": group.spread_level} if group.spread_level else {}),
        "Tags": [{"Key": key, "Value": value} for key, value in live.items()],
    }


def install() -> None:
    """Moto tags only what it knows by prefix."""
    EC2_RESOURCE_TO_PREFIX["placement-group"] = "pg"
    EC2_PREFIX_TO_RESOURCE["pg"] = "placement-group"


BEHAVIOURS: Behaviours = {
    ("ec2", "CreatePlacementGroup"): create,
    ("ec2", "DescribePlacementGroups"): describe,
    ("ec2", "DeletePlacementGroup"): delete,
}
