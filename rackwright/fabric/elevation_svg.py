"""Rack elevations as a picture, the racks of one page side by side."""

from __future__ import annotations

from collections.abc import Iterator

from rackwright.fabric.design import FabricDesign
from rackwright.fabric.drawing import INK, PALE, PAPER, Box, colour, document, rect, text
from rackwright.fabric.elevation import Mounted, elevations
from rackwright.fabric.layout import RackLayout

MOST_RACKS = 14
"""Racks on one page."""
RACK_WIDTH, GAP, UNIT_PX, TOP = 84.0, 10.0, 13.0, 64.0


def elevation_pages(design: FabricDesign, layout: RackLayout | None = None) -> Iterator[str]:
    """One SVG for each page of racks, in floor order."""
    layout = layout or RackLayout(design)
    racks = list(elevations(design, layout).items())
    pages = [racks[first : first + MOST_RACKS] for first in range(0, len(racks), MOST_RACKS)]
    for number, page in enumerate(pages):
        yield _page(layout, page, f"Racks {page[0][0]} to {page[-1][0]} (page {number + 1} of {len(pages)})")


def _page(layout: RackLayout, racks: list[tuple[str, list[Mounted]]], title: str) -> str:
    height = layout.floor.rack_units * UNIT_PX
    shapes = [text(GAP, 28, title, size=18, anchor="start", bold=True)]
    for column, (name, devices) in enumerate(racks):
        frame = Box(GAP + column * (RACK_WIDTH + GAP), TOP, RACK_WIDTH, height)
        shapes += [text(frame.middle, TOP - 8, name, size=12, bold=True), rect(frame, PAPER)]
        shapes += [shape for device in devices for shape in _device(frame, device)]
    return document(GAP + len(racks) * (RACK_WIDTH + GAP), TOP + height + GAP, title, shapes)


def _device(frame: Box, device: Mounted) -> Iterator[str]:
    place = device.place
    top = frame.bottom - (place.unit + place.height - 1) * UNIT_PX
    box = Box(frame.x + 2, top, frame.width - 4, place.height * UNIT_PX - 1)
    fill, ink = _look(device.device)
    yield rect(box, fill)
    yield text(box.middle, box.y + box.height / 2 + 4, device.device, size=11, fill=ink)


def _look(name: str) -> tuple[str, str]:
    """Fill and ink of a device: leaves have the colour of their rail."""
    if name.startswith("leaf-"):
        return colour(int(name.split("-")[2]) - 1), "#ffffff"
    return (INK, "#ffffff") if name.startswith(("spine-", "core-")) else (PALE, INK)
