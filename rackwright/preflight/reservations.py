"""Capacity reservations and capacity blocks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from rackwright.preflight.rule import Fault, Severity, rule
from rackwright.preflight.view import PoolView, View

DAILY_DAYS, WEEK = 14, 7

ARN_PARTS = 6

MOST_BLOCK_INSTANCES = 64

MOST_BLOCK_DAYS = 182


def _blocks(view: View) -> Iterator[PoolView]:
    return (pool for pool in view.pools if pool.spec.capacity.kind == "block")


@rule("RW-CAP-002")
def block_pool_is_fixed(view: View) -> Iterator[Fault]:
    """A pool in a capacity block has a fixed number of nodes.

    A block is paid whether used or not; instances are launched when it starts and never scaled.

    Source: AWS ParallelCluster, ComputeResourceSizeValidator; CapacityTypeValidator
    """
    for pool in _blocks(view):
        low, high = pool.spec.nodes.min, pool.spec.nodes.max
        if low != high:
            yield Fault(
                pool.path("nodes"), f"min {low} and max {high} differ in a capacity block", f"write nodes: {high}"
            )


@rule("RW-CAP-003")
def block_is_named(view: View) -> Iterator[Fault]:
    """A capacity block is named by its reservation.

    The launch template needs the market type *and* the reservation; with only one of them the launch fails.

    Source: https://github.com/eksctl-io/eksctl/issues/8320, https://github.com/eksctl-io/eksctl/issues/8542
    """
    for pool in _blocks(view):
        if pool.spec.capacity.reservation is None:
            yield Fault(pool.path("capacity"), "a capacity block needs its reservation id", "write {block: cr-…}")


@rule("RW-CAP-004")
def reservation_is_named(view: View) -> Iterator[Fault]:
    """A reservation is named by id or by resource group, not both.

    Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CapacityReservationTarget.html
    """
    for pool in view.pools:
        capacity = pool.spec.capacity
        named = (capacity.reservation is not None) + (capacity.reservation_group is not None)
        if capacity.kind == "reservation" and named != 1:
            summary = f"a reservation needs one of reservation and reservation_group, {named} are given"
            yield Fault(pool.path("capacity"), summary, "write {reservation: cr-…}")


@rule("RW-CAP-006")
def reservation_is_large_enough(view: View) -> Iterator[Fault]:
    """A reservation holds all the nodes of the pools that use it.

    The last nodes fail with InsufficientInstanceCapacity, hours into a start.

    Source: AWS ParallelCluster, CapacityReservationSizeValidator
    """
    users: dict[str, list[PoolView]] = {}
    for pool in view.pools:
        if pool.spec.capacity.reservation:
            users.setdefault(pool.spec.capacity.reservation, []).append(pool)
    for reservation, pools in users.items():
        held = min((p.spec.capacity.instances for p in pools if p.spec.capacity.instances), default=None)
        wanted = sum(pool.most for pool in pools)
        if held is not None and wanted > held:
            summary = f"{reservation} holds {held} instances, pools want {wanted}"
            yield Fault(pools[-1].path("nodes"), summary, f"lower the nodes to {held} in all")


@rule("RW-CAP-007")
def reservation_is_in_the_zone(view: View) -> Iterator[Fault]:
    """A pool is in the zone of its reservation.

    A reservation is never used from another zone.

    Source: AWS ParallelCluster, CapacityReservationValidator; https://github.com/aws/aws-parallelcluster/issues/4061
    """
    for pool in view.pools:
        zone = pool.spec.capacity.zone_id
        if zone and pool.spec.zone_id and zone != pool.spec.zone_id:
            summary = f"the pool is in {pool.spec.zone_id}, its reservation in {zone}"
            yield Fault(pool.path("zone_id"), summary, f"write zone_id: {zone}")


@rule("RW-CAP-008")
def block_size_is_sold(view: View) -> Iterator[Fault]:
    """A capacity block has at most 64 instances.

    More need several blocks, each with a pool of its own.

    Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-capacity-blocks.html
    """
    for pool in _blocks(view):
        size = max(pool.most, pool.spec.capacity.instances or 0)
        if size > MOST_BLOCK_INSTANCES and not pool.machine.ultraserver_nodes:
            summary = f"{size} instances in one block, the limit is {MOST_BLOCK_INSTANCES}"
            yield Fault(pool.path("nodes"), summary, "split the pool over several blocks")


@rule("RW-CAP-009")
def block_length_is_sold(view: View) -> Iterator[Fault]:
    """A capacity block lasts 1 to 14 days, or whole weeks up to 182 days.

    Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-capacity-blocks.html
    """
    for pool in _blocks(view):
        days = pool.spec.capacity.days
        if days is not None and (days > MOST_BLOCK_DAYS or (days > DAILY_DAYS and days % WEEK)):
            summary = f"a block of {days} days is not sold"
            yield Fault(pool.path("capacity", "days"), summary, "1 to 14 days, or a multiple of 7 up to 182")


def _start(pool: PoolView) -> dt.date | None:
    try:
        return dt.date.fromisoformat(pool.spec.capacity.starts_on or "")
    except ValueError:
        return None


@rule("RW-CAP-010")
def block_is_not_over(view: View) -> Iterator[Fault]:
    """A capacity block has not ended.

    Instances are terminated 30 minutes before its end (60 for UltraServers); afterwards every launch fails.

    Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-capacity-blocks.html
    """
    for pool in _blocks(view):
        start = _start(pool)
        end = start + dt.timedelta(days=pool.spec.capacity.days or 1) if start else None
        if end is not None and end <= view.today:
            yield Fault(pool.path("capacity"), f"the block ended on {end}, today is {view.today}", "buy a new block")


@rule("RW-CAP-011", Severity.INFO)
def block_has_begun(view: View) -> Iterator[Fault]:
    """A capacity block that begins later is known to begin later.

    Until then the nodes stay away and jobs wait; it is not a fault of the cluster.

    Source: https://github.com/aws/aws-parallelcluster-node/pull/591 (maintenance reservation until the block starts)
    """
    for pool in _blocks(view):
        start = _start(pool)
        if start is not None and start > view.today:
            yield Fault(
                pool.path("capacity"), f"the block begins on {start}, today is {view.today}", "nodes wait for it"
            )


@rule("RW-CAP-012")
def block_has_one_type(view: View) -> Iterator[Fault]:
    """Pools with a reservation or a block have no alternatives.

    A reservation is for one instance type.

    Source: AWS ParallelCluster, CapacityReservationValidator
    """
    for pool in view.pools:
        if pool.spec.alternatives and pool.spec.capacity.kind in {"block", "reservation"}:
            summary = f"{len(pool.spec.alternatives)} alternatives beside a reservation for {pool.machine.name}"
            yield Fault(pool.path("alternatives"), summary, "remove them")


@rule("RW-CAP-013", Severity.WARNING)
def block_places_its_nodes(view: View) -> Iterator[Fault]:
    """A pool in a capacity block asks for no placement group.

    The block is already placed together; a group of one's own may lie elsewhere and then nothing fits.

    Source: AWS ParallelCluster, PlacementGroupCapacityTypeValidator;
    https://github.com/terraform-aws-modules/terraform-aws-eks/issues/3730
    """
    for pool in _blocks(view):
        if pool.spec.placement == "cluster":
            summary = "placement: cluster in a capacity block can end in insufficient capacity"
            yield Fault(pool.path("placement"), summary, "leave placement out")


@rule("RW-CAP-014")
def reservation_shares_the_group(view: View) -> Iterator[Fault]:
    """A cluster placement group around a reservation is the reservation's own.

    A reservation made outside the group has no capacity inside it: every launch fails.

    Source: https://github.com/aws/aws-parallelcluster/issues/6311, https://github.com/aws/aws-parallelcluster/pull/7252
    """
    for pool in view.pools:
        capacity = pool.spec.capacity
        if capacity.kind == "reservation" and pool.spec.placement == "cluster" and not capacity.placement_group:
            summary = "placement: cluster, but the reservation's own placement group is not named"
            yield Fault(pool.path("placement"), summary, "name capacity.placement_group, or write placement: none")


@rule("RW-CAP-028", Severity.WARNING)
def jobs_end_before_the_block(view: View) -> Iterator[Fault]:
    """The longest job fits the capacity block.

    A job that may run longer than the block is killed with it.

    Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-capacity-blocks.html (30 minutes before the end)
    """
    for pool in _blocks(view):
        days, longest = pool.spec.capacity.days, pool.spec.max_time
        if days and longest and _hours(longest) > days * 24 - 1:
            summary = f"jobs may take {longest}, the block lasts {days} days"
            yield Fault(pool.path("max_time"), summary, f"at most {days - 1}-23:00:00")


def _hours(text: str) -> float:
    """Hours of Slurm's ``[days-]hours:minutes:seconds``."""
    days, dash, rest = text.partition("-")
    hours, minutes, _ = (int(part) for part in (rest if dash else days).split(":"))
    return (int(days) * 24 if dash else 0) + hours + minutes / 60


@rule("RW-CAP-029")
def reservation_group_is_a_group(view: View) -> Iterator[Fault]:
    """A reservation group is the ARN of a resource group, in the target's region.

    Source: AWS ParallelCluster, CapacityReservationResourceGroupValidator
    """
    region = getattr(view.spec.target, "region", "")
    for name, pool in view.spec.pools.items():
        arn = pool.capacity.reservation_group
        parts = arn.split(":") if arn else []
        if arn and (len(parts) < ARN_PARTS or parts[2] != "resource-groups" or parts[3] != region):
            summary = f"'{arn}' is not a resource group in {region}"
            where = ("pools", name, "capacity", "reservation_group")
            yield Fault(where, summary, f"arn:aws:resource-groups:{region}:<account>:group/<name>")


@rule("RW-CAP-030")
def start_date_exists(view: View) -> Iterator[Fault]:
    """The first day of a block is a day of the calendar.

    Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CapacityBlockOffering.html
    """
    for name, pool in view.spec.pools.items():
        text = pool.capacity.starts_on
        try:
            dt.date.fromisoformat(text or "2026-01-01")
        except ValueError:
            yield Fault(("pools", name, "capacity", "starts_on"), f"'{text}' is no day of the calendar", "2026-12-01")
