"""Ways of buying that exclude one another."""

from __future__ import annotations

from collections.abc import Iterator

from rackwright.design.kubernetes import managed_pools
from rackwright.preflight.rule import Fault, rule
from rackwright.preflight.view import View

ARN_PARTS = 6


@rule("RW-CAP-032")
def eks_sets_the_spot_price(view: View) -> Iterator[Fault]:
    """A pool of EKS on spot has no highest price.

    A managed node group asks for spot by its capacity type; a launch template with spot options is refused, so there is
    no place for a price.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/launch-templates.html
    """
    for name in managed_pools(view.spec):
        if view.spec.pools[name].capacity.max_usd_per_hour is not None:
            where = ("pools", name, "capacity", "max_usd_per_hour")
            yield Fault(where, "EKS takes no highest spot price", "remove it: spot costs at most the on-demand price")


@rule("RW-CAP-033")
def reservations_are_not_bought_otherwise(view: View) -> Iterator[Fault]:
    """Only a reservation or a block names a reservation.

    A launch on spot that names one is refused (InvalidParameterCombination); one on demand would draw from it although
    the spec says otherwise.

    Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CapacityReservationTarget.html
    """
    for name, pool in view.spec.pools.items():
        capacity = pool.capacity
        if capacity.kind in {"spot", "on-demand"} and (capacity.reservation or capacity.reservation_group):
            summary = f"{capacity.kind} capacity, and a reservation is named"
            yield Fault(("pools", name, "capacity"), summary, "write kind: reservation, or remove the reservation")


@rule("RW-CAP-034")
def block_is_no_group(view: View) -> Iterator[Fault]:
    """A capacity block is named by its id, not by a group.

    A launch names one target. A block ends on a day of its own, which a group of several does not have.

    Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/capacity-blocks-launch.html
    """
    for name, pool in view.spec.pools.items():
        if pool.capacity.kind == "block" and pool.capacity.reservation_group:
            where = ("pools", name, "capacity", "reservation_group")
            yield Fault(where, "a capacity block with a resource group", "write {block: cr-…} alone")


@rule("RW-CAP-035")
def head_is_not_in_a_block(view: View) -> Iterator[Fault]:
    """Head and login nodes are not in a capacity block.

    They would be terminated with it, and the scheduler's state with them.

    Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-capacity-blocks.html (30 minutes before the end)
    """
    for name, pool in view.spec.pools.items():
        if pool.capacity.kind == "block" and pool.role in {"control", "login"}:
            yield Fault(("pools", name, "capacity"), f"role {pool.role} in a capacity block", "use on-demand")


@rule("RW-CAP-036")
def placement_group_is_one(view: View) -> Iterator[Fault]:
    """A reservation's placement group is the ARN of one, in the target's region.

    Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/cr-cpg.html
    """
    region = getattr(view.spec.target, "region", "")
    for name, pool in view.spec.pools.items():
        arn = pool.capacity.placement_group
        parts = arn.split(":") if arn else []
        fits = len(parts) == ARN_PARTS and parts[3] == region and parts[5].startswith("placement-group/")
        if arn and not fits:
            where = ("pools", name, "capacity", "placement_group")
            yield Fault(
                where,
                f"'{arn}' is no placement group in {region}",
                f"arn:aws:ec2:{region}:<account>:placement-group/<name>",
            )
