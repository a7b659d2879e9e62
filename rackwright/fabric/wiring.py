"""Every device and link of a fabric, spelled out from its figures one at a time. Names and ports stay when it grows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Literal, NamedTuple

from rackwright.fabric.design import FabricDesign

Tier = Literal["node_leaf", "leaf_spine", "spine_core"]

HCA_GUIDS = 0xA088C203_00000000
"""Made-up GUIDs for the simulator begin here; real ones come from the hardware."""
UFM_GUIDS = HCA_GUIDS + 0x8000_0000
SWITCH_GUIDS = 0xB8CEF603_00000000
SPINE_GUIDS = SWITCH_GUIDS + 0x4000_0000
CORE_GUIDS = SWITCH_GUIDS + 0x8000_0000
GUID_STEP = 16
"""Room for the ports of one device; port n of an adapter has the device's GUID plus n."""


class Port(NamedTuple):
    """One port: ``leaf-001-1`` 5, or adapter ``node0001 mlx5_0`` 1."""

    device: str
    number: int

    def __str__(self) -> str:
        """As a person would say it."""
        return f"{self.device} port {self.number}"


class Link(NamedTuple):
    """Two ports joined; links with the same `cable` share one."""

    tier: Tier
    lower: Port
    upper: Port
    cable: str
    """Label for both ends, named after the lower one: ``node0001/3``, ``leaf-001-1/u2``."""


class Device(NamedTuple):
    """An adapter or a switch of one subnet."""

    name: str
    guid: int
    ports: int
    is_switch: bool


def node_name(design: FabricDesign, node: int) -> str:
    """Name of a node, counted from 0: the first is ``node0001``."""
    return f"{design.facts.request.node_prefix}{node + 1:0{design.facts.node_width}d}"


def node_slot(design: FabricDesign, node: int) -> tuple[int, int]:
    """Unit of a node and its slot there; the last slots of the first unit may belong to UFM."""
    slots = design.tree.leaf.slots
    first = slots - design.reserved
    return (0, node) if node < first else divmod(node + design.reserved, slots)


def unit_nodes(design: FabricDesign, unit: int) -> range:
    """Nodes of a unit, counted from 0."""
    slots, kept = design.tree.leaf.slots, design.reserved
    first = 0 if unit == 0 else unit * slots - kept
    return range(first, min(design.nodes, (unit + 1) * slots - kept))


def subnet_of(design: FabricDesign, rail: int, plane: int) -> int:
    """Which of the trees that stand side by side carries a rail on a plane."""
    return rail * design.planes + plane if design.facts.request.rail_only else plane


def _mark(design: FabricDesign, subnet: int) -> str:
    """What tells the switches of one tree from those of the others: a letter for a plane."""
    return f"-{chr(ord('a') + subnet % design.planes)}" if design.planes > 1 else ""


def _rail(design: FabricDesign, subnet: int, rail: int) -> int:
    """Rail of the whole fabric, counted from 1, for `rail` of one tree."""
    return (subnet // design.planes if design.facts.request.rail_only else rail) + 1


def leaf_name(design: FabricDesign, subnet: int, unit: int, rail: int) -> str:
    """``leaf-<unit>-<rail>``."""
    return f"leaf-{unit + 1:03d}-{_rail(design, subnet, rail)}{_mark(design, subnet)}"


def spine_name(design: FabricDesign, subnet: int, group: int, spine: int) -> str:
    """``spine-<number>``; with three tiers ``spine-<block>-<rail>-<number>``."""
    if design.tree.cores:
        block, rail = divmod(group, design.tree.rails)
        return f"spine-{block + 1:02d}-{_rail(design, subnet, rail)}-{spine + 1:03d}{_mark(design, subnet)}"
    return f"spine-{_own_rail(design, subnet)}{spine + 1:03d}{_mark(design, subnet)}"


def core_name(design: FabricDesign, subnet: int, core: int) -> str:
    """``core-<number>``."""
    return f"core-{_own_rail(design, subnet)}{core + 1:03d}{_mark(design, subnet)}"


def _own_rail(design: FabricDesign, subnet: int) -> str:
    return f"r{_rail(design, subnet, 0)}-" if design.facts.request.rail_only else ""


def links(design: FabricDesign, subnet: int | None = None) -> Iterator[Link]:
    """Every link, lowest tier first, links of one cable next to each other; of all subnets where `subnet` is None."""
    subnets = range(design.copies) if subnet is None else (subnet,)
    yield from node_links(design, subnets)
    for tree in subnets:
        yield from leaf_links(design, tree)
    for tree in subnets:
        yield from spine_links(design, tree)


def node_links(design: FabricDesign, subnets: Sequence[int]) -> Iterator[Link]:
    """Adapters to leaves, node by node, then the UFM ports; only those of `subnets`."""
    for node in range(design.nodes):
        name = node_name(design, node)
        unit, slot = node_slot(design, node)
        for rail, plane, tree in _served(design, subnets):
            leaf = leaf_name(design, tree, unit, rail % design.tree.rails)
            lower = Port(f"{name} {design.facts.adapters[rail]}", plane + 1)
            yield Link("node_leaf", lower, Port(leaf, slot + 1), f"{name}/{rail + 1}")
    yield from _ufm_links(design, subnets)


def _served(design: FabricDesign, subnets: Sequence[int]) -> list[tuple[int, int, int]]:
    """Rail, plane and subnet of each port of a node that is on one of `subnets`."""
    ports = ((r, p, subnet_of(design, r, p)) for r, p in product(range(design.rails), range(design.planes)))
    return [port for port in ports if port[2] in subnets]


def _ufm_links(design: FabricDesign, subnets: Sequence[int]) -> Iterator[Link]:
    """UFM ports take the slots kept for them in the first unit, one rail after the other."""
    first = design.tree.leaf.slots - design.reserved
    for number in range(design.facts.request.ufm_ports):
        turn, turn_rail = divmod(number, design.rails)
        for rail, plane, tree in _served(design, subnets):
            if rail == turn_rail:
                upper = Port(leaf_name(design, tree, 0, rail % design.tree.rails), first + turn + 1)
                yield Link("node_leaf", Port(ufm_name(number), plane + 1), upper, f"ufm{number + 1:02d}/1")


def ufm_name(number: int) -> str:
    """Adapter of a UFM port, counted from 0."""
    return f"ufm{number + 1:02d} mlx5_0"


def leaf_links(design: FabricDesign, subnet: int) -> Iterator[Link]:
    """Leaves to spines; uplinks take the last ports of a leaf, spine by spine."""
    tree, share = design.tree, design.facts.switch.links_per_cable
    first = tree.leaf.radix - tree.leaf.up + 1
    for unit, rail in product(range(design.units), range(tree.rails)):
        leaf = leaf_name(design, subnet, unit, rail)
        group, position = tree.place(unit, rail)
        for spine, link in product(range(tree.spines_per_group), range(tree.leaf_links)):
            nth = spine * tree.leaf_links + link
            upper = Port(spine_name(design, subnet, group, spine), position * tree.leaf_links + link + 1)
            yield Link("leaf_spine", Port(leaf, first + nth), upper, f"{leaf}/u{nth // share + 1}")


def spine_links(design: FabricDesign, subnet: int) -> Iterator[Link]:
    """Spines to cores; a spine's uplinks take the upper half of its ports, core by core."""
    tree, cores, share = design.tree, design.tree.cores, design.facts.switch.links_per_cable
    if cores is None:
        return
    first, run = tree.leaf.radix // 2 + 1, tree.spines_per_group // cores.sets
    for group, spine in product(range(design.groups), range(tree.spines_per_group)):
        name = spine_name(design, subnet, group, spine)
        place = (group * run + spine % run) * cores.links
        for core, link in product(range(cores.per_set), range(cores.links)):
            nth = core * cores.links + link
            upper = Port(core_name(design, subnet, spine // run * cores.per_set + core), place + link + 1)
            yield Link("spine_core", Port(name, first + nth), upper, f"{name}/u{nth // share + 1}")


def devices(design: FabricDesign, subnet: int) -> Iterator[Device]:
    """Adapters, leaves, spines and cores of one subnet, with GUIDs that stay when the fabric grows."""
    yield from _adapters(design, subnet)
    tree, radix, copies = design.tree, design.tree.leaf.radix, design.copies
    for number, (unit, rail) in enumerate(product(range(design.units), range(tree.rails))):
        yield _switch(leaf_name(design, subnet, unit, rail), SWITCH_GUIDS, number * copies + subnet, radix)
    for number, (group, spine) in enumerate(product(range(design.groups), range(tree.spines_per_group))):
        yield _switch(spine_name(design, subnet, group, spine), SPINE_GUIDS, number * copies + subnet, radix)
    for number in range(tree.core_count):
        yield _switch(core_name(design, subnet, number), CORE_GUIDS, number * copies + subnet, radix)


def _switch(name: str, base: int, number: int, radix: int) -> Device:
    return Device(name, base + number * GUID_STEP, radix, is_switch=True)


def _adapters(design: FabricDesign, subnet: int) -> Iterator[Device]:
    rails = [r for r in range(design.rails) if any(subnet_of(design, r, p) == subnet for p in range(design.planes))]
    for node, rail in product(range(design.nodes), rails):
        name = f"{node_name(design, node)} {design.facts.adapters[rail]}"
        yield Device(name, adapter_guid(design, node, rail), design.planes, is_switch=False)
    for number in range(design.facts.request.ufm_ports):
        if number % design.rails in rails:
            yield Device(ufm_name(number), UFM_GUIDS + number * GUID_STEP, design.planes, is_switch=False)


def adapter_guid(design: FabricDesign, node: int, rail: int) -> int:
    """Made-up GUID of a node's adapter, for the simulator."""
    return HCA_GUIDS + (node * design.rails + rail) * GUID_STEP
