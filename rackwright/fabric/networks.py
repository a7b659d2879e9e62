"""The networks beside the compute fabric: storage, in-band management, and out-of-band management.

Storage and in-band management are trees of the same rule whose rails are the two sides that a host's two ports go to,
so that a lost leaf costs half the bandwidth and no host. Out-of-band management is one flat network: each unit has its
own 1 Gb/s switches, with a fixed port for every slot, so that growth moves no cable here either.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from math import ceil
from typing import NamedTuple

from rackwright.catalog.fabric import cable_for, switch
from rackwright.fabric.design import FabricDesign, design_fabric
from rackwright.fabric.elevation import mounted
from rackwright.fabric.layout import Place, RackLayout
from rackwright.fabric.request import FabricRequest
from rackwright.fabric.wiring import leaf_name, node_name, unit_nodes

SIDES = 2
"""Ports of a host on a support fabric, each on a leaf of its own."""
OOB_SWITCH = "sn2201"
STRIPS_PER_RACK = 2
"""Power strips with a management port."""


def support_fabric(
    design: FabricDesign, extra_hosts: int, switch_name: str, *, oversubscription: float = 2.0
) -> FabricDesign:
    """Storage or in-band fabric for the nodes of `design` and `extra_hosts` more (storage servers, head nodes).

    Hosts are numbered with the extra ones first, so that nodes added later move no cable. The default oversubscription
    is our choice: nodes seldom all read storage at full speed at once.
    """
    request = design.facts.request
    return design_fabric(
        FabricRequest(
            nodes=design.nodes + extra_hosts,
            rails=SIDES,
            switch=switch_name,
            oversubscription=oversubscription,
            grow_to=(request.grow_to or design.nodes) + extra_hosts,
            node_prefix="host",
        )
    )


class OobRow(NamedTuple):
    """One management port and where it is plugged in."""

    device: str
    """``node0001 bmc``, ``leaf-001-1 mgmt``, ``r02c01 pdu1``."""
    rack: str
    switch: str
    port: int
    length_m: float


@dataclass(frozen=True, slots=True)
class _Slot:
    device: str
    place: Place


def oob_map(design: FabricDesign, layout: RackLayout | None = None) -> Iterator[OobRow]:
    """Every management port of nodes, switches and power strips, with its out-of-band switch and cable length."""
    layout = layout or RackLayout(design)
    yield from _plugged("top", list(_top(design, layout)), layout.top(0), layout)
    for unit in range(design.units):
        yield from _plugged(f"{unit + 1:03d}", _unit_slots(design, layout, unit), layout.leaf(0, unit, 0), layout)


def _top(design: FabricDesign, layout: RackLayout) -> Iterator[_Slot]:
    """Spines and cores in floor order, to which growth only adds at the end."""
    tops = [device for device in mounted(design, layout) if device.device.startswith(("spine-", "core-"))]
    for device in sorted(tops, key=lambda top: (top.place.row, top.place.column, -top.place.unit)):
        yield _Slot(f"{device.device} mgmt", device.place)


def _unit_slots(design: FabricDesign, layout: RackLayout, unit: int) -> list[_Slot | None]:
    """Ports of a unit in fixed order; None where a node slot is still empty."""
    nodes, ports = unit_nodes(design, unit), node_ports(design)
    present = ((node_name(design, node), layout.node(node)) for node in nodes)
    slots: list[_Slot | None] = [_Slot(f"{name} {port}", place) for name, place in present for port in ports]
    slots += [None] * ((design.tree.leaf.slots - len(nodes)) * len(ports))
    for subnet in range(design.copies):
        leaves = ((leaf_name(design, subnet, unit, r), layout.leaf(subnet, unit, r)) for r in range(design.tree.rails))
        slots += [_Slot(f"{name} mgmt", place) for name, place in leaves]
    for rack in layout.unit_rack_places(unit):
        slots += [_Slot(f"{rack.rack} pdu{strip + 1}", rack) for strip in range(STRIPS_PER_RACK)]
    return slots


def node_ports(design: FabricDesign) -> tuple[str, ...]:
    """Management ports of a node: its own controller and one for each BlueField."""
    storage = design.facts.system.storage if design.facts.system else None
    cards = storage.count if storage and storage.model.startswith("BlueField") else 0
    return ("bmc", *(f"bf{card + 1}" for card in range(cards)))


def _plugged(name: str, slots: Sequence[_Slot | None], home: Place, layout: RackLayout) -> Iterator[OobRow]:
    """Slots onto switches of `name` in order; the switches stand at the bottom of rack `home`."""
    radix = switch(OOB_SWITCH).radix
    for number, slot in enumerate(slots):
        if slot is None:
            continue
        which, port = divmod(number, radix)
        stands = Place(home.row, home.column, which + 1)
        run = layout.run_m(slot.place, stands)
        length = cable_for(run, switch(OOB_SWITCH).port_gbps, "ethernet").stocked(run)
        yield OobRow(slot.device, slot.place.rack, f"oob-{name}-{which + 1}", port + 1, length)


def oob_switches(design: FabricDesign) -> int:
    """Out-of-band switches, by the ports that full units and the top tiers can take."""
    layout, radix = RackLayout(design), switch(OOB_SWITCH).radix
    fixed = design.tree.leaf.slots * len(node_ports(design)) + design.copies * design.tree.rails
    strips = (layout.unit_racks + layout.leaf_racks) * STRIPS_PER_RACK
    return design.units * ceil((fixed + strips) / radix) + ceil((design.spines + design.cores) / radix)


def oob_csv(design: FabricDesign, layout: RackLayout | None = None) -> str:
    """The out-of-band cable map as CSV with a header line."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(chain([OobRow._fields], oob_map(design, layout)))
    return out.getvalue()
