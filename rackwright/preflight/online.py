"""Judges what only the provider knows: quotas, offerings, reservations, images, free addresses, a rehearsed launch.

Pure: values that were read go in, verdicts come out. What could not be read is an `Unread` with its reason, and its
verdict is "not checked", never "passed". `rackwright.pipeline.online` does the reading.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from rackwright.design.kubernetes_model import Addon
from rackwright.design.model import Pool
from rackwright.spec.places import Path


class Answer(StrEnum):
    """What came of one question to the provider."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True, slots=True)
class Unread:
    """Stands for what could not be read: no permission, no endpoint, no such service."""

    reason: str


@dataclass(frozen=True, slots=True)
class OnlineVerdict:
    """One question, its answer and what to do about it."""

    check: str
    """``vcpu-quota``, ``offering``, ``launch`` ..."""
    answer: Answer
    path: Path
    """Part of the spec that it is about."""
    summary: str
    hint: str = ""
    capacity: bool = False
    """Whether a failure means that the provider has too little, or that a quota is too small."""


@dataclass(frozen=True, slots=True)
class Reservation:
    """A capacity reservation or capacity block as the provider describes it."""

    state: str
    """``active``, ``scheduled``, ``expired`` ..."""
    machine: str
    zone_id: str
    free: int
    """Instances that can still be launched into it."""
    total: int
    block: bool
    starts: dt.datetime | None = None
    ends: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class MachineImage:
    """A machine image as the provider describes it."""

    id: str
    state: str
    architecture: str


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """The provider's answer to RunInstances with DryRun."""

    code: str
    """``DryRunOperation`` when the launch would go ahead."""
    message: str
    left_out: tuple[str, ...] = ()
    """Parts of the launch template that exist only after the apply, so the rehearsal went without them."""


WOULD_LAUNCH = "DryRunOperation"
NO_CAPACITY = frozenset(
    {
        *(
            "InstanceLimitExceeded",
            "VcpuLimitExceeded",
            "MaxSpotInstanceCountExceeded",
            "MaxSpotFleetRequestCountExceeded",
        ),
        *("InsufficientInstanceCapacity", "InsufficientHostCapacity", "InsufficientReservedInstanceCapacity"),
        *("InsufficientCapacity", "InsufficientFreeAddressesInSubnet", "InsufficientCapacityOnHost"),
        *(
            "ReservationCapacityExceeded",
            "NetworkInterfaceLimitExceeded",
            "VolumeLimitExceeded",
            "PrivateIpAddressLimitExceeded",
        ),
    }
)
"""Codes of a launch that the provider has no room for.
Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html, read 2026-11-21."""
NEEDS_NETWORK = frozenset({"VPCIdNotSpecified", "MissingInput"})
"""Codes of a launch without a subnet in an account without a default network; same source."""


def judge_quota(
    check: str, path: Path, what: str, *, needed: int, in_use: int | Unread, limit: float | Unread
) -> OnlineVerdict:
    """Whether `needed` more of `what` fit under the account's `limit`, given what others use of it already."""
    if isinstance(limit, Unread):
        return OnlineVerdict(check, Answer.NOT_CHECKED, path, f"{what}: {needed:,} needed; {limit.reason}")
    if isinstance(in_use, Unread):
        return OnlineVerdict(check, Answer.NOT_CHECKED, path, f"{what}: {needed:,} needed; {in_use.reason}")
    told = f"{what}: {needed:,} needed, {in_use:,} in use besides, the quota is {limit:,.0f}"
    if needed + in_use <= limit:
        return OnlineVerdict(check, Answer.PASSED, path, told)
    hint = "request an increase in Service Quotas (it can take days), or make the pools smaller"
    return OnlineVerdict(check, Answer.FAILED, path, told, hint, capacity=True)


def judge_offering(pool: Pool, zone_id: str, offered: frozenset[str] | Unread) -> OnlineVerdict:
    """Whether the zone has the pool's instance type; `offered` are the zones that do."""
    path: Path = ("pools", pool.name, "machine")
    if isinstance(offered, Unread):
        return OnlineVerdict("offering", Answer.NOT_CHECKED, path, f"{pool.machine} in {zone_id}: {offered.reason}")
    if zone_id in offered:
        return OnlineVerdict("offering", Answer.PASSED, path, f"{pool.machine} is offered in {zone_id}")
    others = f"it is offered in {', '.join(sorted(offered))}" if offered else "no zone of the region offers it"
    return OnlineVerdict(
        "offering", Answer.FAILED, path, f"{pool.machine} is not offered in {zone_id}", others, capacity=True
    )


def judge_addon(addon: Addon, kubernetes: str, offered: Sequence[str] | Unread) -> OnlineVerdict:
    """Whether EKS has the add-on's version for the release of Kubernetes; `offered` are those that it has."""
    path: Path = ("scheduler", "addons")
    wanted = f"{addon.name} {addon.version} for Kubernetes {kubernetes}"
    if isinstance(offered, Unread):
        return OnlineVerdict("add-on", Answer.NOT_CHECKED, path, f"{wanted}: {offered.reason}")
    if addon.version in offered:
        return OnlineVerdict("add-on", Answer.PASSED, path, f"{wanted} is offered")
    hint = f"scheduler.addons: {{{addon.name}: {offered[0]}}}" if offered else "choose another release of Kubernetes"
    return OnlineVerdict("add-on", Answer.FAILED, path, f"{wanted} is not offered", hint)


def judge_reservation(
    pool: Pool, zone_id: str, needed: int, found: Reservation | Unread | None, now: dt.datetime
) -> OnlineVerdict:
    """Whether the pool's reservation or block is there, is the right one, is open now and has room for `needed`."""
    path: Path = ("pools", pool.name, "capacity")
    name = pool.capacity.reservation_id
    if isinstance(found, Unread):
        return OnlineVerdict("reservation", Answer.NOT_CHECKED, path, f"{name}: {found.reason}")
    if found is None:
        return OnlineVerdict(
            "reservation", Answer.FAILED, path, f"{name} does not exist", "check id, region and account"
        )
    wrong = _reservation_faults(pool, zone_id, needed, found, now)
    if wrong:
        short = all(part.startswith("has room") for part in wrong)
        hint = "wait for its start, take another reservation, or make the pool smaller"
        return OnlineVerdict("reservation", Answer.FAILED, path, f"{name} {'; '.join(wrong)}", hint, short)
    until = f" until {found.ends:%Y-%m-%d %H:%M} UTC" if found.ends else ""
    told = f"{name} is {found.state} with {found.free} of {found.total} instances free{until}"
    return OnlineVerdict("reservation", Answer.PASSED, path, told)


def _reservation_faults(pool: Pool, zone_id: str, needed: int, found: Reservation, now: dt.datetime) -> list[str]:
    block = pool.capacity.kind == "block"
    faults = [
        (found.state != "active", f"is {found.state}, expected active"),
        (found.machine != pool.machine, f"is for {found.machine}, the pool wants {pool.machine}"),
        (found.zone_id not in ("", zone_id), f"is in {found.zone_id}, the pool is in {zone_id}"),
        (
            found.block != block,
            f"is {'a' if found.block else 'no'} capacity block, the pool's kind is {pool.capacity.kind}",
        ),
        (found.starts is not None and found.starts > now, f"starts {found.starts:%Y-%m-%d %H:%M} UTC"),
        (found.ends is not None and found.ends <= now, f"ended {found.ends:%Y-%m-%d %H:%M} UTC"),
        (found.free < needed, f"has room for {found.free} of the {needed} nodes still to start"),
    ]
    return [text for bad, text in faults if bad]


def judge_image(pool: Pool, wanted: str, found: MachineImage | Unread | None) -> OnlineVerdict:
    """Whether the image `wanted` (an id, or owner and name) exists, can be used and fits the pool's processors."""
    path: Path = ("pools", pool.name, "ami" if pool.ami else "machine")
    if isinstance(found, Unread):
        return OnlineVerdict("image", Answer.NOT_CHECKED, path, f"{wanted}: {found.reason}")
    if found is None:
        return OnlineVerdict("image", Answer.FAILED, path, f"there is no image {wanted}", "check id, region and owner")
    if found.state != "available":
        return OnlineVerdict("image", Answer.FAILED, path, f"{found.id} is {found.state}", "take an available image")
    if found.architecture != pool.architecture:
        told = f"{found.id} is for {found.architecture}, {pool.machine} has {pool.architecture}"
        return OnlineVerdict("image", Answer.FAILED, path, told, "take an image for these processors")
    return OnlineVerdict("image", Answer.PASSED, path, f"{found.id} is available, for {found.architecture}")


def judge_addresses(subnet: str, needed: int, free: int | Unread | None) -> OnlineVerdict:
    """Whether an existing subnet has addresses for the nodes still to start; None: it is made by the apply."""
    path: Path = ("network",)
    if free is None:
        return OnlineVerdict("addresses", Answer.NOT_CHECKED, path, f"subnet {subnet} does not exist yet")
    if isinstance(free, Unread):
        return OnlineVerdict("addresses", Answer.NOT_CHECKED, path, f"subnet {subnet}: {free.reason}")
    told = f"subnet {subnet} has {free:,} free addresses, {needed:,} are still to be given out"
    if free >= needed:
        return OnlineVerdict("addresses", Answer.PASSED, path, told)
    hint = "remove what else uses the subnet, or make the pools smaller"
    return OnlineVerdict("addresses", Answer.FAILED, path, told, hint, capacity=True)


def judge_launch(pool: Pool, count: int, rehearsal: Rehearsal | Unread) -> OnlineVerdict:
    """Whether the provider would start `count` nodes of the pool as its launch template asks."""
    path: Path = ("pools", pool.name)
    what = f"launch of {count} x {pool.machine}"
    if isinstance(rehearsal, Unread):
        return OnlineVerdict("launch", Answer.NOT_CHECKED, path, f"{what}: {rehearsal.reason}")
    without = f" (without what the apply makes first: {', '.join(rehearsal.left_out)})" if rehearsal.left_out else ""
    if rehearsal.code == WOULD_LAUNCH:
        return OnlineVerdict("launch", Answer.PASSED, path, f"{what} would go ahead{without}")
    if rehearsal.code in NEEDS_NETWORK and rehearsal.left_out:
        told = f"{what}: the account has no default network to rehearse it in, and the stack's does not exist yet"
        return OnlineVerdict("launch", Answer.NOT_CHECKED, path, told)
    full = rehearsal.code in NO_CAPACITY
    hint = "other zones, types or a reservation may have room" if full else "correct the pool as the message says"
    told = f"{what} is refused: {rehearsal.code}: {rehearsal.message}{without}"
    return OnlineVerdict("launch", Answer.FAILED, path, told, hint, full)
