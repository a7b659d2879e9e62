"""The fabric as a picture: nodes and leaves by unit, spine groups, cores; of many units the first and the last."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rackwright.fabric.design import FabricDesign
from rackwright.fabric.drawing import INK, PALE, Box, bundle, colour, document, line, rect, text
from rackwright.fabric.wiring import node_name, unit_nodes
from rackwright.hostlist import compress

WIDTH, MARGIN = 1240.0, 24.0
MOST_UNITS = 6
"""Units drawn; of more the first ones and the last."""
MOST_CELLS = 18
"""Spines drawn one by one; of more only the number is shown."""
MOST_GROUPS = 16
MOST_LINES = 48
"""Lines between spine groups and core sets; of more a band is drawn."""
TIER_HEIGHT = 170.0
BOX_HEIGHT = 46.0


@dataclass(frozen=True, slots=True)
class _Columns:
    """What is drawn in a row: indices, None for those left out."""

    shown: tuple[int | None, ...]
    total: int

    @classmethod
    def of(cls, total: int, most: int) -> _Columns:
        if total <= most:
            return cls(tuple(range(total)), total)
        return cls((*range(most - 2), None, total - 1), total)

    @property
    def hidden(self) -> int:
        return self.total - sum(index is not None for index in self.shown)


def render_svg(design: FabricDesign) -> str:
    """The fabric as an SVG file of one page; trees that stand side by side are equal, so one is drawn."""
    top = 96.0
    cores_y, spines_y = top, top + (TIER_HEIGHT if design.cores else 0.0)
    leaves_y = spines_y + (TIER_HEIGHT if design.spines else 0.0)
    units = _Columns.of(design.units, MOST_UNITS)
    boxes = dict(
        zip(units.shown, Box(MARGIN, leaves_y, WIDTH - 2 * MARGIN, 120.0).cells(len(units.shown), 14), strict=True)
    )
    groups = _group_boxes(design, spines_y)
    shapes = [
        *_heading(design),
        *_leaf_links(design, boxes, groups),
        *(_core_tier(design, groups, cores_y) if design.cores else ()),
        *(shape for group, box in groups.items() for shape in _spine_group(design, group, box)),
        *(shape for unit, box in boxes.items() for shape in _unit(design, unit, box, units.hidden)),
        *_rail_key(design, leaves_y + 150.0),
    ]
    return document(WIDTH, leaves_y + 180.0, _title(design), shapes)


def _title(design: FabricDesign) -> str:
    machine = design.facts.system.title if design.facts.system else f"nodes with {design.rails} rails"
    return f"{design.nodes} x {machine} on {design.facts.switch.name.upper()}"


def _heading(design: FabricDesign) -> Iterator[str]:
    yield text(MARGIN, 32, _title(design), size=20, anchor="start", bold=True)
    tiers = (("leaf", "leaves", design.leaves), ("spine", "spines", design.spines), ("core", "cores", design.cores))
    counts = [f"{count} {one if count == 1 else many}" for one, many, count in tiers if count]
    cables = " + ".join(str(count) for count in design.cables.values() if count)
    ratio = f"{design.oversubscription:.2g}:1 at a full leaf"
    facts = [*counts, f"{cables} cables", ratio, f"bisection {design.bisection_tbps:,.1f} Tb/s"]
    yield text(MARGIN, 56, "  ·  ".join(facts), size=14, anchor="start")
    if design.copies > 1:
        kind = "one for each rail" if design.facts.request.rail_only else "planes"
        yield text(MARGIN, 78, f"{design.copies} equal trees ({kind}) stand side by side; one is drawn", anchor="start")


def _group_boxes(design: FabricDesign, y: float) -> dict[int | None, Box]:
    if not design.spines:
        return {}
    columns = _Columns.of(design.groups, MOST_GROUPS)
    width = WIDTH - 2 * MARGIN if len(columns.shown) > 1 else 760.0
    row = Box((WIDTH - width) / 2, y, width, BOX_HEIGHT)
    return dict(zip(columns.shown, row.cells(len(columns.shown), 10), strict=True))


def _spine_group(design: FabricDesign, group: int | None, box: Box) -> Iterator[str]:
    if group is None:
        yield text(box.middle, box.y + 28, f"+{design.groups - MOST_GROUPS + 1}", size=14)
        return
    count = design.tree.spines_per_group
    if not design.cores and count <= MOST_CELLS:
        for nth, cell in enumerate(box.cells(count)):
            yield rect(cell, PALE)
            yield text(cell.middle, cell.y + 28, str(nth + 1), size=12)
        yield text(box.x - 8, box.y + 28, "spines", anchor="end")
        return
    rail = group % design.tree.rails
    yield rect(box, PALE, colour(rail) if design.cores else INK)
    yield text(box.middle, box.y + 20, f"{count} spines", size=12)
    if design.cores:
        label = (
            f"rail {rail + 1}"
            if design.groups == design.tree.rails
            else f"b{group // design.tree.rails + 1} rail {rail + 1}"
        )
        yield text(box.middle, box.y + 37, label, size=11)


def _core_tier(design: FabricDesign, groups: dict[int | None, Box], y: float) -> Iterator[str]:
    cores = design.tree.cores
    if cores is None:
        return
    row = Box(MARGIN + 200, y, WIDTH - 2 * MARGIN - 400, BOX_HEIGHT)
    boxes = row.cells(cores.sets, 14) if cores.sets <= MOST_GROUPS else [row]
    if len(boxes) * len(groups) > MOST_LINES:
        below = next(iter(groups.values())).y
        yield bundle(Box(MARGIN, below, WIDTH - 2 * MARGIN, 0), row, INK)
    else:
        yield from (line((b.middle, b.y), (c.middle, c.bottom), INK) for b in groups.values() for c in boxes)
    for box in boxes:
        yield rect(box, PALE)
        yield text(box.middle, box.y + 28, f"{design.tree.core_count // len(boxes)} cores", size=12)
    words = f"each spine: {design.tree.spine_up} links, {cores.links} to each core of one set of {cores.per_set}"
    yield _label(WIDTH / 2, y + BOX_HEIGHT + 22, words)


def _label(x: float, y: float, words: str) -> str:
    """Text on a white ground, readable over lines."""
    width = 7.4 * len(words) + 12
    return rect(Box(x - width / 2, y - 14, width, 20), stroke="none") + text(x, y, words, size=12)


def _leaf_links(design: FabricDesign, units: dict[int | None, Box], groups: dict[int | None, Box]) -> Iterator[str]:
    if not groups:
        return
    tree = design.tree
    for unit, box in units.items():
        if unit is None:
            continue
        leaves = _leaf_row(box).cells(tree.rails)
        if not design.cores:
            yield bundle(_leaf_row(box), groups[0], INK)
            continue
        for rail, leaf in enumerate(leaves):
            above = groups.get(tree.place(unit, rail)[0])
            if above:
                yield line((leaf.middle, leaf.y), (above.middle, above.bottom), colour(rail))
    low = min(box.y for box in units.values() if box)
    yield _label(
        WIDTH / 2,
        low - 44,
        f"each leaf: {tree.leaf.up} links, {tree.leaf_links} to each of {tree.spines_per_group} spines",
    )


def _leaf_row(box: Box) -> Box:
    return Box(box.x + 6, box.y + 6, box.width - 12, 34)


def _unit(design: FabricDesign, unit: int | None, box: Box, hidden: int) -> Iterator[str]:
    if unit is None:
        yield text(box.middle, box.y + 62, f"… {hidden} more units", size=14)
        return
    yield rect(box, "none")
    for rail, cell in enumerate(_leaf_row(box).cells(design.tree.rails)):
        yield rect(cell, colour(rail), colour(rail))
        if cell.width >= CELL_FOR_TEXT:
            yield text(cell.middle, cell.y + 22, str(rail + 1), size=12, fill="#ffffff", bold=True)
    nodes = unit_nodes(design, unit)
    names = compress([node_name(design, nodes[0]), node_name(design, nodes[-1])]).replace(",", "-") if nodes else ""
    yield text(box.middle, box.y + 62, f"unit {unit + 1}", size=13, bold=True)
    yield text(box.middle, box.y + 82, f"{len(nodes)} nodes", size=13)
    yield text(box.middle, box.y + 102, names, size=11)


CELL_FOR_TEXT = 9.0
"""Narrowest leaf with its rail's number in it."""


def _rail_key(design: FabricDesign, y: float) -> Iterator[str]:
    yield text(MARGIN, y + 11, "leaf of rail", size=12, anchor="start")
    for rail in range(design.tree.rails):
        x = MARGIN + 90 + rail * 46
        yield rect(Box(x, y, 14, 14), colour(rail), colour(rail))
        yield text(x + 19, y + 11, str(rail + 1), size=12, anchor="start")
    if design.facts.request.ufm_ports:
        yield text(
            WIDTH - MARGIN, y + 11, f"{design.facts.request.ufm_ports} UFM ports on unit 1", size=12, anchor="end"
        )
