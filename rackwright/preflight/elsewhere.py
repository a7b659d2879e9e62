"""Where else a pool would fit when AWS has no capacity for it: other zones, and other machines that do the same. Pure.

Source of the ways out: Amazon EC2 User Guide, "Troubleshoot instance launch issues" (InsufficientInstanceCapacity):
wait, ask for fewer at once, another zone, another type, reserve capacity.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rackwright.catalog import Catalog, Gpu, Machine
from rackwright.catalog.offerings import zones_with
from rackwright.design.needs import zone_of_pool, zone_of_storage, zones_of
from rackwright.design.pools import uses_efa
from rackwright.spec.cluster import ClusterSpec
from rackwright.spec.storage import FsxLustre

MOST_MACHINES = 3
"""Other machines that are told; a longer list is no advice."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Where a pool would fit."""

    pool: str
    machine: str
    zone: str
    zones: tuple[str, ...]
    """Other zones of the stack that offer the machine: a change of one line."""
    new_zones: tuple[str, ...]
    """Zones of the region that offer it and that the stack does not use yet."""
    machines: tuple[tuple[str, float | None], ...]
    """Other machines that the pool's zone offers and that fit, with the price of a node-hour where known."""
    far_storage: tuple[str, ...]
    """File systems that would be in another zone than the pool then."""
    reservation: str | None = None
    """Reservation or block that the pool draws from: it holds for one machine in one zone."""

    def sentences(self) -> Iterator[str]:
        """The advice, best first."""
        if self.reservation is not None:
            yield f"{self.reservation} has no instance left, or its time has not come: ./rw check --online asks it"
            return
        if self.zones:
            yield f"{self.machine} is offered in {_or(self.zones)} too: pools.{self.pool}.zone_id"
        if self.new_zones:
            yield f"{_or(self.new_zones)} of the region {_offer(self.new_zones)} it: add to target.zone_ids"
        if (self.zones or self.new_zones) and self.far_storage:
            yield f"{' and '.join(self.far_storage)} would then be a zone away"
        if self.machines:
            told = [f"{name} ({usd:g} USD/h)" if usd is not None else name for name, usd in self.machines]
            yield f"in {self.zone}, {_or(tuple(told))} would do the same work: pools.{self.pool}.machine"
        yield f"a reservation or a capacity block is held for you: pools.{self.pool}.capacity"


def _or(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def _offer(names: tuple[str, ...]) -> str:
    return "offers" if len(names) == 1 else "offer"


def elsewhere(spec: ClusterSpec, catalog: Catalog, pool: str) -> Elsewhere | None:
    """Where else `pool` of a stack on AWS would fit; None for a pool that no region has (a site of one's own)."""
    region = getattr(spec.target, "region", None)
    if region is None or pool not in spec.pools:
        return None
    wanted, zone = spec.pools[pool], zone_of_pool(spec, pool)
    offered = [one for one in zones_with(wanted.machine, region) if one != zone]
    used = set(zones_of(spec))
    return Elsewhere(
        pool=pool,
        machine=wanted.machine,
        zone=zone,
        zones=tuple(one for one in offered if one in used),
        new_zones=tuple(one for one in offered if one not in used),
        machines=tuple(_machines(spec, catalog, pool, region, zone)),
        far_storage=tuple(
            name
            for name, item in spec.storage.items()
            if isinstance(item, FsxLustre) and zone_of_storage(spec, item) == zone
        ),
        reservation=wanted.capacity.reservation,
    )


def _machines(
    spec: ClusterSpec, catalog: Catalog, pool: str, region: str, zone: str
) -> Iterator[tuple[str, float | None]]:
    """Machines that fit, those with the same GPU first, then by price."""
    mine = catalog.machine(spec.pools[pool].machine)
    found = [
        machine
        for machine in catalog.machines.values()
        if machine.name != mine.name and zone in zones_with(machine.name, region) and fits(spec, catalog, pool, machine)
    ]
    prices = {machine.name: catalog.price(machine.name, region) for machine in found}
    usd = {name: price.usd if price is not None else None for name, price in prices.items()}

    def order(machine: Machine) -> tuple[bool, bool, float, int, str]:
        price = usd[machine.name]
        return machine.gpu_model != mine.gpu_model, price is None, price or 0.0, machine.vcpus, machine.name

    for machine in sorted(found, key=order)[:MOST_MACHINES]:
        yield machine.name, usd[machine.name]


def fits(spec: ClusterSpec, catalog: Catalog, pool: str, other: Machine) -> bool:
    """Whether `other` does what the pool's machine does: as many GPUs and as much memory, driver and EFA alike."""
    wanted = spec.pools[pool]
    mine = catalog.machine(wanted.machine)
    if (other.architecture, other.gpus, other.local_zones_only) != (mine.architecture, mine.gpus, False):
        return False
    if other.capacity_kinds and wanted.capacity.kind not in other.capacity_kinds:
        return False
    if uses_efa(wanted, mine) and not other.efa:
        return False
    return _same_work(spec, catalog, mine, other)


def _same_work(spec: ClusterSpec, catalog: Catalog, mine: Machine, other: Machine) -> bool:
    old, new = catalog.gpu_of(mine), catalog.gpu_of(other)
    if old is None or new is None:
        return old is new and other.vcpus >= mine.vcpus and other.memory_gib >= mine.memory_gib
    if 2 * other.vcpus < mine.vcpus or 2 * other.memory_gib < mine.memory_gib:
        return False
    return new.memory_gb >= old.memory_gb and _driven(spec, new) and other.efa_gbps >= mine.efa_gbps / 2


def _driven(spec: ClusterSpec, gpu: Gpu) -> bool:
    """Whether the driver of the spec drives `gpu`."""
    branch = int(spec.software.driver_branch)
    module = gpu.module in {"either", spec.software.driver_module}
    return module and gpu.min_branch <= branch <= (gpu.max_branch or branch)
