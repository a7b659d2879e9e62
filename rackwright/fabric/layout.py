"""Where everything stands: nodes and leaves unit by unit, spines and cores in rows of their own at the front.

Places follow from numbers alone and from the size the fabric may grow to, so a fabric that grows moves no rack and no
cable. Lengths are run lengths: up to the overhead tray, along it at right angles, down again, plus slack at both ends.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import ceil, sqrt

from rackwright.diagnostics import InputError
from rackwright.fabric.design import FabricDesign
from rackwright.fabric.wiring import node_slot

RACK_UNIT_M = 0.04445
"""EIA-310-D."""
SHORT_ROW = 20
"""Fewest racks in a row, where the row's length is ours to choose."""


@dataclass(frozen=True, slots=True)
class Floor:
    """The room. The defaults are our choice of common values; give the real ones."""

    rack_units: int = 48
    spare_units: int = 4
    """Kept free in every rack for power strips and patching."""
    rack_kw: float = 45.0
    """Most that one rack may draw and give off as heat."""
    racks_per_row: int | None = None
    """None: as many as make the floor about square, at least `SHORT_ROW`."""
    rack_pitch_m: float = 0.6
    row_pitch_m: float = 2.4
    tray_m: float = 0.5
    """From the top of a rack to the cable tray."""
    slack_m: float = 1.0
    """Spare cable at both ends together."""
    nodes_per_rack: int | None = None
    """None: as many as height and power allow."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A device in a rack: `unit` is its lowest rack unit, counted from 1 at the bottom."""

    row: int
    column: int
    unit: int
    height: int = 1

    @property
    def rack(self) -> str:
        """``r01c05``: row and place in the row."""
        return f"r{self.row + 1:02d}c{self.column + 1:02d}"


_NODE = re.compile(r"(.*?)(\d+)")
_LEAF = re.compile(r"leaf-(\d+)-(\d+)(?:-([a-z]))?")
_SPINE = re.compile(r"spine-(?:(\d+)-(\d+)-|r(\d+)-)?(\d+)(?:-([a-z]))?")
_CORE = re.compile(r"core-(?:r(\d+)-)?(\d+)(?:-([a-z]))?")


class RackLayout:
    """Places of all devices of a design on a `Floor`, each computed when first asked for.

    Raises `InputError` when one node does not fit a rack by height or power.
    """

    def __init__(self, design: FabricDesign, floor: Floor | None = None) -> None:
        self.design, self.floor = design, floor or Floor()
        self._places: dict[str, Place] = {}
        self.nodes_per_rack = _nodes_per_rack(design, self.floor)
        self.node_height = _node_height(design)
        self.unit_racks = ceil(design.tree.leaf.slots / self.nodes_per_rack)
        self._switch_height = design.facts.switch.rack_units
        self.switches_per_rack = (self.floor.rack_units - self.floor.spare_units) // self._switch_height
        leaves = design.copies * design.tree.rails
        self.leaf_racks = ceil(leaves / self.switches_per_rack)
        self.top_racks = ceil(self._top_switches() / self.switches_per_rack)
        self.racks_per_row = self.floor.racks_per_row or self._square_row()
        self.first_unit_row = ceil(self.top_racks / self.racks_per_row)

    def _top_switches(self) -> int:
        """Spines and cores of the fabric at its final size, UFM appliances after them."""
        tree = self.design.tree
        return self.design.copies * (tree.group_count(tree.units) * tree.spines_per_group + tree.core_count) + 1

    def _square_row(self) -> int:
        """Racks in a row of a floor as deep as it is wide, at the size the fabric may grow to."""
        racks = self.top_racks + self.design.tree.units * (self.unit_racks + self.leaf_racks)
        return max(SHORT_ROW, ceil(sqrt(racks * self.floor.row_pitch_m / self.floor.rack_pitch_m)))

    @property
    def racks(self) -> int:
        """Racks in use now."""
        return self.top_racks + self.design.units * (self.unit_racks + self.leaf_racks)

    def node(self, node: int) -> Place:
        """Place of a node, counted from 0; the leaves of its unit stand in the middle of its racks."""
        unit, slot = node_slot(self.design, node)
        rack, seat = divmod(slot, self.nodes_per_rack)
        rack += self.leaf_racks if rack >= self.unit_racks // 2 else 0
        return self._unit_place(unit, rack, 1 + seat * self.node_height, self.node_height)

    def leaf(self, subnet: int, unit: int, rail: int) -> Place:
        """Place of a leaf."""
        rack, seat = divmod(subnet * self.design.tree.rails + rail, self.switches_per_rack)
        return self._unit_place(unit, self.unit_racks // 2 + rack, self._seat(seat), self._switch_height)

    def _unit_place(self, unit: int, rack: int, height: int, units: int) -> Place:
        row, column = divmod(unit * (self.unit_racks + self.leaf_racks) + rack, self.racks_per_row)
        return Place(self.first_unit_row + row, column, height, units)

    def unit_rack_places(self, unit: int) -> list[Place]:
        """Bottom of each rack of a unit, compute and leaf racks in floor order."""
        return [self._unit_place(unit, rack, 1, 1) for rack in range(self.unit_racks + self.leaf_racks)]

    def top(self, number: int) -> Place:
        """Place of a spine or core by its number among them (`spine`, `core`)."""
        rack, seat = divmod(number, self.switches_per_rack)
        row, column = divmod(rack, self.racks_per_row)
        return Place(row, column, self._seat(seat), self._switch_height)

    def _seat(self, seat: int) -> int:
        """Rack unit of a switch; they fill a rack from the top, near the cable tray."""
        return self.floor.rack_units - self.floor.spare_units - (seat + 1) * self._switch_height + 1

    def place(self, device: str) -> Place:
        """Place of a device by the name that `rackwright.fabric.wiring` gives it; KeyError for any other."""
        name = device.partition(" ")[0]
        if name not in self._places:
            self._places[name] = self._find(name)
        return self._places[name]

    def _find(self, name: str) -> Place:
        if match := _LEAF.fullmatch(name):
            return self.leaf(*self._leaf_indices(int(match[1]), int(match[2]), match[3]))
        if match := _SPINE.fullmatch(name):
            return self.top(self._spine_number(match))
        if match := _CORE.fullmatch(name):
            return self.top(self._core_number(match))
        if name.startswith("ufm"):
            return self.top(self._top_switches() - 1)
        return self.node(self._node_number(name))

    def _node_number(self, name: str) -> int:
        match = _NODE.fullmatch(name)
        if match is None or match[1] != self.design.facts.request.node_prefix:
            raise KeyError(name)
        return int(match[2]) - 1

    def _subnet(self, rail: int, mark: str | None) -> int:
        plane = ord(mark) - ord("a") if mark else 0
        return rail * self.design.planes + plane if self.design.facts.request.rail_only else plane

    def _leaf_indices(self, unit: int, rail: int, mark: str | None) -> tuple[int, int, int]:
        return self._subnet(rail - 1, mark), unit - 1, 0 if self.design.facts.request.rail_only else rail - 1

    def _spine_number(self, match: re.Match[str]) -> int:
        tree, (block, rail, own, number, mark) = self.design.tree, match.groups()
        subnet = self._subnet(int(own or rail or 1) - 1, mark)
        inside = 0 if self.design.facts.request.rail_only else int(rail or 1) - 1
        group = (int(block or 1) - 1) * tree.rails + inside
        spine = group * tree.spines_per_group + int(number) - 1
        return (tree.core_count + spine) * self.design.copies + subnet

    def _core_number(self, match: re.Match[str]) -> int:
        own, number, mark = match.groups()
        return (int(number) - 1) * self.design.copies + self._subnet(int(own or 1) - 1, mark)

    def run_m(self, a: Place, b: Place) -> float:
        """Length of a cable between two places, in metres."""
        floor = self.floor
        if (a.row, a.column) == (b.row, b.column):
            return abs(a.unit - b.unit) * RACK_UNIT_M + floor.slack_m
        up = sum((floor.rack_units - place.unit) * RACK_UNIT_M + floor.tray_m for place in (a, b))
        across = abs(a.column - b.column) * floor.rack_pitch_m + abs(a.row - b.row) * floor.row_pitch_m
        return up + across + floor.slack_m


def _node_height(design: FabricDesign) -> int:
    machine = design.facts.system
    return machine.rack_units if machine and machine.rack_units else DEFAULT_NODE_UNITS


DEFAULT_NODE_UNITS = 8
"""Height taken for a node whose server is not in the catalog; an 8-GPU server has 6 to 10 units."""


def _nodes_per_rack(design: FabricDesign, floor: Floor) -> int:
    machine = design.facts.system
    if machine and machine.chassis:
        return machine.chassis.nodes
    room = (floor.rack_units - floor.spare_units) // _node_height(design)
    power = int(floor.rack_kw // machine.power_kw) if machine and machine.power_kw else room
    most = min(room, power)
    wanted = floor.nodes_per_rack or most
    if not 1 <= wanted <= most:
        raise InputError(
            f"{wanted} nodes do not fit a rack of {floor.rack_units} units and {floor.rack_kw:g} kW (at most {most})",
            where="fabric.layout.nodes_per_rack",
            hint="raise rack_kw where power and cooling allow it, or take fewer nodes for each rack",
        )
    return wanted
