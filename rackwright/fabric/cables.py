"""The port-to-port cable map, with a stocked cable for every run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import NamedTuple

from rackwright.catalog.fabric import Cable, cable_for
from rackwright.fabric.design import FabricDesign
from rackwright.fabric.layout import RackLayout
from rackwright.fabric.wiring import Link, Port, Tier, links


class CableRow(NamedTuple):
    """One link as the person with the cable in hand needs it; links with the same label share a cable."""

    label: str
    tier: Tier
    from_device: str
    from_port: str
    from_rack: str
    from_unit: int
    to_device: str
    to_port: str
    to_rack: str
    to_unit: int
    part: str
    """Catalog name of the cable family."""
    length_m: float
    """Stocked length."""


class Stock:
    """The cable family of each tier: one medium for a whole tier, so that both ports of a cage carry the same."""

    def __init__(self, design: FabricDesign, layout: RackLayout) -> None:
        self._layout = layout
        self._families = {tier: _family(design, longest) for tier, longest in _longest_runs(design, layout).items()}

    def family(self, tier: Tier) -> Cable:
        """Cable family of a tier."""
        return self._families[tier]

    def pick(self, link: Link) -> tuple[Cable, float]:
        """Family and stocked length for a link."""
        family = self._families[link.tier]
        return family, family.stocked(run_m(self._layout, link))


def run_m(layout: RackLayout, link: Link) -> float:
    """Length of the run of a link, in metres."""
    return layout.run_m(layout.place(link.lower.device), layout.place(link.upper.device))


def _longest_runs(design: FabricDesign, layout: RackLayout) -> dict[Tier, float]:
    longest: dict[Tier, float] = {}
    for link in links(design):
        longest[link.tier] = max(longest.get(link.tier, 0.0), run_m(layout, link))
    return longest


def _family(design: FabricDesign, longest_m: float) -> Cable:
    switch = design.facts.switch
    return cable_for(longest_m, int(design.link_gbps), switch.protocol)


def cable_map(design: FabricDesign, layout: RackLayout | None = None) -> Iterator[CableRow]:
    """Every link with both ends, racks, cable and length, lowest tier first.

    Raises `InputError` when a run is longer than any cable of that speed.
    """
    layout = layout or RackLayout(design)
    stock = Stock(design, layout)
    for link in links(design):
        lower, upper = layout.place(link.lower.device), layout.place(link.upper.device)
        family = stock.family(link.tier)
        yield CableRow(
            link.cable, link.tier,
            link.lower.device, port_label(design, link.lower), lower.rack, lower.unit,
            link.upper.device, port_label(design, link.upper), upper.rack, upper.unit,
            family.name, family.stocked(layout.run_m(lower, upper)),
        )  # fmt: skip


def port_label(design: FabricDesign, port: Port) -> str:
    """What is printed at the port: ``cage/port`` on a switch whose cages hold two, the number elsewhere."""
    per_cage = design.facts.switch.ports_per_cage
    if " " in port.device or per_cage == 1:
        return str(port.number)
    cage, nth = divmod(port.number - 1, per_cage)
    return f"{cage + 1}/{nth + 1}"


def cable_csv(design: FabricDesign, layout: RackLayout | None = None) -> str:
    """The cable map as CSV with a header line."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(CableRow._fields)
    writer.writerows(cable_map(design, layout))
    return out.getvalue()
