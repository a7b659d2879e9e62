"""Rack elevations: what is in which rack unit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

from rackwright.fabric.design import FabricDesign
from rackwright.fabric.layout import Place, RackLayout
from rackwright.fabric.wiring import core_name, leaf_name, node_name, spine_name


class Mounted(NamedTuple):
    """A device in its place."""

    place: Place
    device: str


def mounted(design: FabricDesign, layout: RackLayout) -> Iterator[Mounted]:
    """Every node and switch with its place."""
    names = [node_name(design, node) for node in range(design.nodes)]
    tree = design.tree
    for subnet in range(design.copies):
        names += [leaf_name(design, subnet, u, r) for u, r in product(range(design.units), range(tree.rails))]
        groups = product(range(design.groups), range(tree.spines_per_group))
        names += [spine_name(design, subnet, group, spine) for group, spine in groups]
        names += [core_name(design, subnet, core) for core in range(tree.core_count)]
    yield from (Mounted(layout.place(name), name) for name in names)


def elevations(design: FabricDesign, layout: RackLayout | None = None) -> dict[str, list[Mounted]]:
    """Racks in floor order, each with its devices from the top down."""
    racks: dict[str, list[Mounted]] = defaultdict(list)
    for device in mounted(design, layout or RackLayout(design)):
        racks[device.place.rack].append(device)
    return {name: sorted(racks[name], key=lambda device: -device.place.unit) for name in sorted(racks)}


def elevation_text(design: FabricDesign, layout: RackLayout | None = None) -> str:
    """Every rack as lines ``U41-U44  leaf-001-1``, top first."""
    lines: list[str] = []
    for rack, devices in elevations(design, layout).items():
        lines.append(f"{rack}:")
        lines += [f"  {_units(device.place):<9} {device.device}" for device in devices]
    return "\n".join(lines) + "\n"


def _units(place: Place) -> str:
    last = place.unit + place.height - 1
    return f"U{place.unit:02d}" if last == place.unit else f"U{place.unit:02d}-U{last:02d}"
