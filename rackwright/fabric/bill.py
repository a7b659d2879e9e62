"""Bill of materials, power and cost of a fabric. What the catalog does not know is named, never counted as 0."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rackwright.catalog.fabric import transceivers
from rackwright.diagnostics import InputError
from rackwright.fabric.cables import Stock
from rackwright.fabric.design import FabricDesign
from rackwright.fabric.layout import RackLayout
from rackwright.fabric.wiring import Link, Port, links

HOURS_PER_YEAR = 8760


@dataclass(frozen=True, slots=True)
class BillLine:
    """One position of the order."""

    part: str
    title: str
    kind: str
    """``switch``, ``cable``, ``transceiver`` or ``rack``."""
    count: int
    length_m: float | None = None
    watts_each: float | None = None
    """None where not known; a cable draws none worth counting (0)."""


def bill_of_materials(design: FabricDesign, layout: RackLayout | None = None) -> list[BillLine]:
    """Switches, cables by length, transceivers and racks; the cables are those of the cable map, each counted once."""
    layout = layout or RackLayout(design)
    stock = Stock(design, layout)
    switch = design.facts.switch
    draw = switch.watts_max or switch.watts_typical
    return [
        *(
            BillLine(switch.name, f"{switch.title} ({role})", "switch", count, watts_each=draw)
            for role, count in (("leaf", design.leaves), ("spine", design.spines), ("core", design.cores))
            if count
        ),
        *_cable_lines(design, stock),
        *_transceiver_lines(design, stock),
        BillLine("rack", f"Rack, {layout.floor.rack_units} units", "rack", layout.racks, watts_each=0.0),
    ]


def _cable_lines(design: FabricDesign, stock: Stock) -> Iterator[BillLine]:
    """A cable that forks to two switches has the longer of its two lengths."""
    counts: Counter[tuple[str, str, float]] = Counter()
    label, longest = "", ("", "", 0.0)
    for link in links(design):
        family, length = stock.pick(link)
        if link.cable == label:
            longest = max(longest, (family.name, family.title, length))
            continue
        counts[longest] += 1
        label, longest = link.cable, (family.name, family.title, length)
    counts[longest] += 1
    for (part, title, length), count in sorted(counts.items()):
        if part:
            yield BillLine(part, f"{title}, {length:g} m", "cable", count, length, watts_each=0.0)


def _transceiver_lines(design: FabricDesign, stock: Stock) -> Iterator[BillLine]:
    cages: set[tuple[str, tuple[str, int]]] = set()
    for link in links(design):
        if part := stock.family(link.tier).transceiver:
            cages.update((part, _cage(design, link, port)) for port in (link.lower, link.upper))
    known = transceivers()
    for part, count in sorted(Counter(part for part, _ in cages).items()):
        yield BillLine(part, known[part].title, "transceiver", count, watts_each=known[part].watts)


def _cage(design: FabricDesign, link: Link, port: Port) -> tuple[str, int]:
    """Cage that a port is in; a node's adapters share cages as its catalog entry says, planes always do."""
    if " " not in port.device:
        return port.device, (port.number - 1) // design.facts.switch.ports_per_cage
    machine = design.facts.system
    host, _, rail = link.cable.partition("/")
    return host, (int(rail) - 1) // (machine.compute.ports_per_cage if machine else 1)


@dataclass(frozen=True, slots=True)
class PowerBill:
    """Power at full load."""

    nodes_kw: float
    fabric_kw: float
    pue: float
    not_known: tuple[str, ...]
    """What has no published power; the sums leave it out."""

    @property
    def it_kw(self) -> float:
        """Nodes and fabric together."""
        return self.nodes_kw + self.fabric_kw

    @property
    def facility_kw(self) -> float:
        """With cooling and losses: `it_kw` times the power usage effectiveness."""
        return self.it_kw * self.pue


def power_bill(design: FabricDesign, bill: list[BillLine], *, pue: float = 1.25) -> PowerBill:
    """Power of the nodes and of the fabric in `bill`; `pue` is the site's power usage effectiveness (1 is perfect)."""
    if pue < 1:
        raise InputError(f"pue is {pue:g}, expected 1 or more", where="power.pue")
    machine = design.facts.system
    node_kw = _node_kw(design)
    unknown = [line.part for line in bill if line.watts_each is None]
    if node_kw is None:
        unknown.insert(0, machine.name if machine else "node")
    watts = sum(line.count * (line.watts_each or 0.0) for line in bill)
    return PowerBill(design.nodes * (node_kw or 0.0), watts / 1000, pue, tuple(dict.fromkeys(unknown)))


def _node_kw(design: FabricDesign) -> float | None:
    """Greatest draw of one node, its share of the rack's switch trays and power shelves included."""
    machine = design.facts.system
    if machine and machine.chassis:
        return machine.chassis.power_kw / machine.chassis.nodes
    return machine.power_kw if machine else None


@dataclass(frozen=True, slots=True)
class CostBill:
    """What the fabric costs."""

    parts_usd: float
    energy_usd_per_year: float | None
    not_priced: tuple[str, ...]
    """Parts without a price; the sum leaves them out."""


def cost_bill(
    bill: list[BillLine],
    prices: Mapping[str, float],
    *,
    power: PowerBill | None = None,
    usd_per_kwh: float | None = None,
) -> CostBill:
    """Cost of `bill` at your `prices` by part name in US dollars; the catalog has none, because makers publish none.

    Energy is that of the whole facility around the clock, where `power` and a tariff are given.
    """
    priced = [line for line in bill if line.part in prices]
    energy = power.facility_kw * HOURS_PER_YEAR * usd_per_kwh if power and usd_per_kwh is not None else None
    missing = dict.fromkeys(line.part for line in bill if line.part not in prices)
    return CostBill(sum(line.count * prices[line.part] for line in priced), energy, tuple(missing))
