"""Capacity reservations and capacity blocks: what they are for, how much they hold, and from when to when.

A launch that names a reservation which this cloud has not sold is taken at its word: the reservation was bought on AWS
before the rehearsal. One that this cloud has sold is held to its type, zone, count and window.

Sources: Amazon EC2 API Reference, "CreateCapacityReservation", "DescribeCapacityBlockOfferings",
"PurchaseCapacityBlock" and "Error codes" (ReservationCapacityExceeded); Amazon EC2 User Guide, "Capacity Blocks for ML"
(docs.aws.amazon.com/AWSEC2/latest, 2026-11).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from moto.ec2.models.instance_types import INSTANCE_TYPE_OFFERINGS, INSTANCE_TYPES
from moto.ec2.utils import EC2_PREFIX_TO_RESOURCE, EC2_RESOURCE_TO_PREFIX

from rackwright.cloud.aws import lifecycle
from rackwright.cloud.aws.call import ApiError, Behaviours, Call, Reply
from rackwright.cloud.aws.shelf import shelf, tag_list, tag_map
from rackwright.cloud.aws.things import Thing, given, new_id, require

BLOCK_COUNTS = (1, 2, 4, 8, 16, 32, 64)
"""Instances of one block."""
DAY_HOURS = 24
MOST_BLOCK_DAYS = 182
HOUR_MINUTES = 60
BLOCK_HOUR, BLOCK_MINUTE = 11, 30
"""Blocks start and end at 11:30 UTC."""
LEAVES_BEFORE = timedelta(minutes=30)
"""Instances of a block are terminated from half an hour before its end on."""
NOT_FOUND = "InvalidCapacityReservationId.NotFound"
_MEMBERS = (
    *("InstanceType", "InstancePlatform", "AvailabilityZone", "Tenancy", "EbsOptimized", "EphemeralStorage"),
    *("EndDate", "EndDateType", "InstanceMatchCriteria", "PlacementGroupArn"),
)


def now() -> datetime:
    """The emulator's time."""
    return datetime.fromtimestamp(lifecycle.pace.clock(), UTC)


def _known(state: Any) -> dict[str, Thing]:
    found: dict[str, Thing] = vars(state).setdefault("rackwright_capacity", {})
    return found


def _as_time(value: Any) -> datetime:
    found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def state_of(reservation: Mapping[str, Any]) -> str:
    """``scheduled``, ``active``, ``expired`` or ``cancelled``."""
    if reservation.get("State") == "cancelled":
        return "cancelled"
    if now() < _as_time(reservation["StartDate"]):
        return "scheduled"
    end = reservation.get("EndDate")
    return "expired" if end is not None and now() >= _as_time(end) else "active"


def members_of(state: Any, id_: str) -> list[Any]:
    """Instances that draw from a reservation."""
    return [one for one in state.all_instances() if _target(one) == id_ and one.state in {"pending", "running"}]


def _target(instance: Any) -> str | None:
    return target_of({"CapacityReservationSpecification": instance.capacity_reservation_specification})


def target_of(launch: Mapping[str, Any]) -> str | None:
    """Reservation that a launch names."""
    target = (launch.get("CapacityReservationSpecification") or {}).get("CapacityReservationTarget") or {}
    found: str | None = target.get("CapacityReservationId")
    return found


def check_reservation(state: Any, launch: Mapping[str, Any], kind: str, zone: str | None, count: int) -> None:
    """Refuse what a reservation does not give. Raises `ApiError`."""
    id_ = target_of(launch)
    market = (launch.get("InstanceMarketOptions") or {}).get("MarketType")
    check_market(launch, market)
    if market == "capacity-block" and id_ is None:
        raise ApiError("MissingParameter", "A launch into a capacity block must name its reservation.")
    found = _known(state).get(id_ or "")
    if id_ is None or found is None:
        return
    if (found["ReservationType"] == "capacity-block") != (market == "capacity-block"):
        wanted = "capacity-block" if found["ReservationType"] == "capacity-block" else "none"
        raise ApiError("InvalidParameterCombination", f"{id_} needs market type {wanted}, the launch has {market}.")
    free = found["TotalInstanceCount"] - len(members_of(state, id_))
    fits = found["InstanceType"] == kind and zone in {None, found["AvailabilityZone"]} and state_of(found) == "active"
    if not fits or count > free:
        message = "The requested reservation does not have sufficient compatible and available capacity"
        raise ApiError("ReservationCapacityExceeded", f"{message} for this request ({id_}: {state_of(found)}, {free}).")


def check_market(launch: Mapping[str, Any], market: str | None) -> None:
    """One target at most, none on spot, and spot's options on spot alone. Raises `ApiError`."""
    spec = launch.get("CapacityReservationSpecification") or {}
    target = spec.get("CapacityReservationTarget") or {}
    preference = spec.get("CapacityReservationPreference")
    if len(target) > 1:
        raise ApiError("InvalidParameterCombination", "Name a capacity reservation or a resource group, not both.")
    if target and preference not in {None, "capacity-reservations-only"}:
        raise ApiError("InvalidParameterCombination", f"Preference {preference} does not go with a target.")
    if target and market == "spot":
        raise ApiError("InvalidParameterCombination", "Spot Instances do not run in capacity reservations.")
    if (launch.get("InstanceMarketOptions") or {}).get("SpotOptions") and market != "spot":
        raise ApiError("InvalidParameterCombination", f"SpotOptions do not go with market type {market}.")


def leave_blocks(state: Any) -> None:
    """Terminate what runs in blocks that are about to end."""
    for id_, found in _known(state).items():
        if found["ReservationType"] == "capacity-block" and now() >= _as_time(found["EndDate"]) - LEAVES_BEFORE:
            for instance in members_of(state, id_):
                instance.terminate()


# --- reservations -----------------------------------------------------------------------------------------------------


def create(call: Call) -> Reply:
    """Capacity for a type in a zone, at once and until it is cancelled or its end comes."""
    asked, state = call.params, call.state()
    zone = asked.get("AvailabilityZone") or _zone_name(state, asked.get("AvailabilityZoneId"))
    _check_offer(state, asked["InstanceType"], zone)
    found = {
        "EndDateType": "unlimited",
        "InstanceMatchCriteria": "open",
        "Tenancy": "default",
        **given(asked, *_MEMBERS),
        "AvailabilityZone": zone,
        "TotalInstanceCount": int(asked["InstanceCount"]),
        "StartDate": now(),
        "ReservationType": "default",
    }
    return call.answer({"CapacityReservation": _register(call, found)})


def _register(call: Call, found: Thing) -> Thing:
    id_ = new_id("cr-")
    _known(call.state())[id_] = {
        **found,
        "CapacityReservationId": id_,
        "CapacityReservationArn": f"arn:aws:ec2:{call.region}:{call.account}:capacity-reservation/{id_}",
        "OwnerId": call.account,
        "CreateDate": now(),
    }
    specs = call.params.get("TagSpecifications") or []
    call.state().tags[id_] = tag_map([tag for spec in specs for tag in spec.get("Tags") or []])
    return _described(call, id_)


def _described(call: Call, id_: str) -> Thing:
    state, found = call.state(), _known(call.state())[id_]
    free = found["TotalInstanceCount"] - len(members_of(state, id_))
    shown = {"State": state_of(found), "AvailableInstanceCount": free if state_of(found) == "active" else 0}
    zone_id = next(one.zone_id for one in state.describe_availability_zones() if one.name == found["AvailabilityZone"])
    return {**found, **shown, "AvailabilityZoneId": zone_id, "Tags": tag_list(state.tags.get(id_, {}))}


def _zone_name(state: Any, zone_id: str | None) -> str:
    zones = state.describe_availability_zones()
    found = next((one.name for one in zones if one.zone_id == zone_id), None)
    if found is None:
        raise ApiError("InvalidParameterValue", f"Invalid availability zone: [{zone_id}]")
    return str(found)


def _check_offer(state: Any, kind: str, zone: str) -> None:
    offers = INSTANCE_TYPE_OFFERINGS["availability-zone"].get(state.region_name, [])
    if kind not in INSTANCE_TYPES or not any(o["InstanceType"] == kind and o["Location"] == zone for o in offers):
        raise ApiError("Unsupported", f"The requested configuration ({kind} in {zone}) is currently not supported.")


def describe(call: Call) -> Reply:
    """All or some; an unknown id is an error."""
    leave_blocks(call.state())
    known = _known(call.state())
    ids = call.params.get("CapacityReservationIds") or list(known)
    for id_ in ids:
        require(known, id_, NOT_FOUND, "capacity reservation ID")
    wanted = {one["Name"]: one.get("Values") or [] for one in call.params.get("Filters") or []}
    shown = [_described(call, id_) for id_ in ids]
    return call.answer({"CapacityReservations": [one for one in shown if _passes(one, wanted)]})


_FILTERS = {"instance-type": "InstanceType", "state": "State", "availability-zone": "AvailabilityZone"}


def _passes(shown: Thing, wanted: Mapping[str, list[str]]) -> bool:
    tags = tag_map(shown["Tags"])
    values = {name: shown[member] for name, member in _FILTERS.items()}
    values |= {f"tag:{key}": value for key, value in tags.items()}
    return all(values.get(name) in allowed for name, allowed in wanted.items())


def modify(call: Call) -> Reply:
    """More or fewer instances, another end; a block stays as it was bought."""
    id_ = call.params["CapacityReservationId"]
    found: Thing = require(_known(call.state()), id_, NOT_FOUND, "capacity reservation ID")
    if found["ReservationType"] == "capacity-block" or state_of(found) != "active":
        raise ApiError("InvalidCapacityReservationState", f"{id_} cannot be modified ({state_of(found)}).")
    count = call.params.get("InstanceCount")
    if count is not None:
        if int(count) < len(members_of(call.state(), id_)):
            raise ApiError("InvalidParameterValue", f"{id_} has more instances than {count}.")
        found["TotalInstanceCount"] = int(count)
    found.update(given(call.params, "EndDate", "EndDateType", "InstanceMatchCriteria"))
    return call.answer({"Return": True})


def cancel(call: Call) -> Reply:
    """Instances go on running outside; a block cannot be cancelled."""
    id_ = call.params["CapacityReservationId"]
    found: Thing = require(_known(call.state()), id_, NOT_FOUND, "capacity reservation ID")
    if found["ReservationType"] == "capacity-block":
        raise ApiError("OperationNotPermitted", f"{id_} is a capacity block, which cannot be cancelled.")
    found["State"] = "cancelled"
    return call.answer({"Return": True})


# --- capacity blocks --------------------------------------------------------------------------------------------------


def next_start(after: datetime) -> datetime:
    """Next time after `after` at which a block may start."""
    start = after.replace(hour=BLOCK_HOUR, minute=BLOCK_MINUTE, second=0, microsecond=0)
    return start if start > after else start + timedelta(days=1)


def offerings(call: Call) -> Reply:
    """One offering: the next start from which the whole block fits into the range that is asked for."""
    asked, state = call.params, call.state()
    kind, count, hours = asked["InstanceType"], int(asked["InstanceCount"]), int(asked["CapacityDurationHours"])
    if count not in BLOCK_COUNTS:
        raise ApiError("InvalidParameterValue", f"InstanceCount {count} is not one of {BLOCK_COUNTS}.")
    if hours % DAY_HOURS or not 0 < hours <= MOST_BLOCK_DAYS * DAY_HOURS:
        most = MOST_BLOCK_DAYS * DAY_HOURS
        raise ApiError("InvalidParameterValue", f"{hours} hours are not whole days, at most {most}.")
    offers = INSTANCE_TYPE_OFFERINGS["availability-zone"].get(state.region_name, [])
    zones = sorted(one["Location"] for one in offers if one["InstanceType"] == kind)
    start = next_start(max(now(), _as_time(asked.get("StartDateRange") or now())))
    end = start + timedelta(hours=hours)
    latest = asked.get("EndDateRange")
    if not zones or (latest is not None and end > _as_time(latest)):
        return call.answer({"CapacityBlockOfferings": []})
    id_ = new_id("cbo-")
    shelf(call, "block_offerings")[id_] = {
        "CapacityBlockOfferingId": id_,
        "InstanceType": kind,
        "AvailabilityZone": zones[0],
        "InstanceCount": count,
        "StartDate": start,
        "EndDate": end,
        "CapacityBlockDurationHours": hours,
        "CapacityBlockDurationMinutes": hours * HOUR_MINUTES,
        "CurrencyCode": "USD",
        "Tenancy": "default",
    }
    return call.answer({"CapacityBlockOfferings": [shelf(call, "block_offerings")[id_]]})


def purchase(call: Call) -> Reply:
    """A reservation with a window; until it starts nothing can be launched into it."""
    id_ = call.params["CapacityBlockOfferingId"]
    offer: Thing = require(shelf(call, "block_offerings"), id_, "InvalidCapacityBlockOfferingId.NotFound", "offering")
    found = {
        **given(offer, "InstanceType", "AvailabilityZone", "StartDate", "EndDate", "Tenancy"),
        **given(call.params, "InstancePlatform"),
        "EndDateType": "limited",
        "InstanceMatchCriteria": "targeted",
        "TotalInstanceCount": offer["InstanceCount"],
        "ReservationType": "capacity-block",
    }
    return call.answer({"CapacityReservation": _register(call, found)})


def install() -> None:
    """Moto tags only what it knows by prefix."""
    EC2_RESOURCE_TO_PREFIX["capacity-reservation"] = "cr"
    EC2_PREFIX_TO_RESOURCE["cr"] = "capacity-reservation"


BEHAVIOURS: Behaviours = {
    ("ec2", "CreateCapacityReservation"): create,
    ("ec2", "DescribeCapacityReservations"): describe,
    ("ec2", "ModifyCapacityReservation"): modify,
    ("ec2", "CancelCapacityReservation"): cancel,
    ("ec2", "DescribeCapacityBlockOfferings"): offerings,
    ("ec2", "PurchaseCapacityBlock"): purchase,
}
