"""Power, cooling, space and weight."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

from rackwright.catalog.systems import systems
from rackwright.preflight.rule import Fault, Severity, rule
from rackwright.preflight.view import PoolView, View
from rackwright.spec.target import Rack

LEAST_FEEDS = 2

AIR_LIMIT_KW = 41.0
"""Our line, after the SuperPOD data centre guide: four DGX H100 (40.8 kW) are the densest air-cooled rack."""


def _site(view: View) -> Rack | None:
    return view.spec.target.racks if view.spec.target.kind == "on-prem" else None


def _fixed(view: View) -> Iterator[PoolView]:
    """Pools on machines that one puts into racks by oneself; an NVL72 comes as a rack."""
    return (pool for pool in view.pools if pool.machine.gpus_per_rack is None)


def _per_rack(pool: PoolView, rack: Rack) -> int | None:
    """Nodes that fit one rack, by power and height; None where neither is known."""
    machine = pool.machine
    limits = []
    if machine.watts:
        limits.append(int(rack.power * 1000 // machine.watts))
    if machine.rack_units:
        limits.append(int(rack.units // machine.rack_units))
    return min(limits, default=None)


@rule("RW-PWR-001")
def rack_powers_a_node(view: View) -> Iterator[Fault]:
    """One rack powers at least one node.

    Source: https://docs.nvidia.com/dgx/dgxh100-user-guide/introduction-to-dgxh100.html (10.2 kW at most)
    """
    rack = _site(view)
    for pool in _fixed(view) if rack else ():
        if rack and pool.machine.watts and pool.machine.watts > rack.power * 1000:
            summary = f"{pool.machine.name} draws {pool.machine.watts / 1000:g} kW, a rack has {rack.power:g} kW"
            yield Fault(("target", "racks", "power"), summary, "bring more power to the racks")


@rule("RW-PWR-002")
def racks_are_enough(view: View) -> Iterator[Fault]:
    """The racks hold all nodes, by power and by height.

    Source: https://docs.nvidia.com/dgx-superpod/design-guides/dgx-superpod-data-center-design-h100/latest/
    """
    rack = _site(view)
    if rack is None:
        return
    needed = 0
    for pool in _fixed(view):
        fits = _per_rack(pool, rack)
        needed += ceil(pool.most / fits) if fits else 0
    if needed > rack.count:
        yield Fault(
            ("target", "racks", "count"), f"the nodes fill {needed} racks, there are {rack.count}", f"{needed} racks"
        )


@rule("RW-PWR-003")
def floor_bears_the_rack(view: View) -> Iterator[Fault]:
    """The floor bears a rack full of nodes.

    Four DGX H100 weigh 522 kg without the rack.

    Source: https://docs.nvidia.com/dgx/dgxh100-user-guide/introduction-to-dgxh100.html (weight)
    """
    rack = _site(view)
    for pool in _fixed(view) if rack and rack.max_load else ():
        fits = _per_rack(pool, rack) if rack else None
        if rack and rack.max_load and fits and pool.machine.weight_kg:
            load = min(fits, pool.most) * pool.machine.weight_kg
            if load > rack.max_load:
                summary = f"{min(fits, pool.most)} nodes weigh {load:.0f} kg, the floor bears {rack.max_load:.0f} kg"
                yield Fault(("target", "racks", "max_load"), summary, "fewer nodes in a rack, or another floor")


@rule("RW-PWR-004")
def liquid_is_there(view: View) -> Iterator[Fault]:
    """Machines cooled by liquid stand where there is liquid.

    Source: https://docs.nvidia.com/dgx/dgxgb200-user-guide/hardware.html (liquid-cooled trays)
    """
    rack = _site(view)
    for pool in view.pools if rack else ():
        if rack and pool.machine.cooling == "liquid" and rack.cooling != "liquid":
            summary = f"{pool.machine.name} is cooled by liquid, the racks by {rack.cooling}"
            yield Fault(("target", "racks", "cooling"), summary, "use cooling: liquid")


@rule("RW-PWR-005", Severity.WARNING)
def air_is_enough(view: View) -> Iterator[Fault]:
    """Racks cooled by air draw what air can carry away.

    Source: https://docs.nvidia.com/dgx-superpod/design-guides/dgx-superpod-data-center-design-h100/latest/cooling.html
    """
    rack = _site(view)
    if rack and rack.cooling == "air" and rack.power > AIR_LIMIT_KW and view.nvidia_pools:
        summary = f"racks of {rack.power:g} kW are cooled by air, which carries about {AIR_LIMIT_KW:g} kW"
        yield Fault(("target", "racks", "cooling"), summary, "use rear-door or liquid, or less power in a rack")


@rule("RW-PWR-006", Severity.WARNING)
def feeds_are_redundant(view: View) -> Iterator[Fault]:
    """Racks with GPUs have two feeds or more.

    A DGX H100 needs four of its six supplies; on one feed a maintenance is an outage of the cluster.

    Source: https://docs.nvidia.com/dgx/dgxh100-user-guide/introduction-to-dgxh100.html (power supplies, 4 + 2)
    """
    rack = _site(view)
    if rack and rack.feeds < LEAST_FEEDS and view.nvidia_pools:
        yield Fault(("target", "racks", "feeds"), f"racks have {rack.feeds} feed", "bring a second one")


@rule("RW-PWR-007")
def power_stays_below_the_cap(view: View) -> Iterator[Fault]:
    """All machines at full load stay below the cap.

    Source: our own model: power.cap_kw is what the site or contract allows
    """
    cap, design = view.spec.power.cap_kw, view.design
    if cap is not None and design is not None and design.power.it_kw > cap:
        summary = f"machines draw {design.power.it_kw:,.1f} kW, the cap is {cap:,.1f} kW"
        yield Fault(("power", "cap_kw"), summary, "fewer nodes, a power.gpu_limit, or a higher cap")


@rule("RW-PWR-008", Severity.INFO)
def power_is_known(view: View) -> Iterator[Fault]:
    """Under a cap, the power of every machine is known.

    What has no published power is left out of the sum.

    Source: our own model: not known is not nothing
    """
    cap, design = view.spec.power.cap_kw, view.design
    if cap is not None and design is not None and design.power.not_known:
        listed = ", ".join(design.power.not_known)
        yield Fault(("power", "cap_kw"), f"no power is published for pool {listed}", "leave head-room for them")


@rule("RW-PWR-009")
def feed_carries_the_site(view: View) -> Iterator[Fault]:
    """The room's feed carries machines and cooling.

    Source: our own model: facility power is equipment power times PUE (ISO/IEC 30134-2)
    """
    feed, design = view.spec.power.feed, view.design
    if feed is not None and design is not None and design.power.facility_kw > feed:
        summary = f"machines and cooling draw {design.power.facility_kw:,.1f} kW, a feed gives {feed:,.1f} kW"
        yield Fault(("power", "feed"), summary, "fewer nodes, or a larger feed")


@rule("RW-PWR-010")
def gpu_limit_is_possible(view: View) -> Iterator[Fault]:
    """A power limit of the GPUs is within what they accept.

    nvidia-smi refuses more than the GPU's own limit; below about half of it the clocks collapse.

    Source: https://docs.nvidia.com/deploy/nvidia-smi/ (--power-limit)
    """
    limit = view.spec.power.gpu_limit
    for pool in view.nvidia_pools:
        if limit is not None and pool.gpu and not pool.gpu.tdp_w * 0.4 <= limit <= pool.gpu.tdp_w:
            summary = f"gpu_limit is {limit} W, {pool.gpu.title} takes {pool.gpu.tdp_w * 0.4:.0f} to {pool.gpu.tdp_w} W"
            yield Fault(("power", "gpu_limit"), summary, f"use {pool.gpu.tdp_w} or less")


@rule("RW-PWR-011", Severity.WARNING)
def gpu_limit_can_be_set(view: View) -> Iterator[Fault]:
    """A power limit of the GPUs stays set.

    Without the persistence daemon the driver forgets it between jobs.

    Source: https://docs.nvidia.com/deploy/driver-persistence/
    """
    if view.spec.power.gpu_limit is not None and not view.spec.software.persistence:
        yield Fault(
            ("power", "gpu_limit"), "gpu_limit is forgotten without persistence", "set software.persistence: true"
        )


@rule("RW-PWR-012")
def rack_system_fits_the_rack(view: View) -> Iterator[Fault]:
    """Systems that come as a rack find its power.

    An NVL72 draws about 120 kW or more.

    Source: https://docs.nvidia.com/dgx/dgxgb200-user-guide/hardware.html (rack power)
    """
    rack = _site(view)
    for pool in view.pools if rack else ():
        system = systems().get(pool.machine.name)
        if rack and system and system.chassis and system.chassis.power_kw > rack.power:
            summary = (
                f"a rack of {pool.machine.name} draws {system.chassis.power_kw:g} kW, a rack has {rack.power:g} kW"
            )
            yield Fault(("target", "racks", "power"), summary, "bring more power to the racks")


@rule("RW-PWR-013")
def rack_systems_have_racks(view: View) -> Iterator[Fault]:
    """There is a place for every system that comes as a rack.

    Source: https://docs.nvidia.com/dgx/dgxgb200-user-guide/hardware.html
    """
    rack = _site(view)
    wanted = sum(ceil(p.most / p.machine.nvlink_domain_nodes) for p in view.pools if p.machine.gpus_per_rack)
    if rack and wanted > rack.count:
        yield Fault(
            ("target", "racks", "count"), f"{wanted} racks come, there are {rack.count} places", f"{wanted} racks"
        )
