"""Plans as tables and lines; pure, so that tests can render them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rich.table import Table

from rackwright.cli.design_views import fabric_lines
from rackwright.design.model import Design
from rackwright.engine import QUIET, Op, Plan, PlannedStep
from rackwright.pipeline.program.consequences import consequences

URN_SEPARATORS = 3
"""``::`` in a URN before the name."""

_SIGNS = {
    Op.SAME: " ",
    Op.CREATE: "[green]+[/]",
    Op.UPDATE: "[yellow]~[/]",
    Op.REPLACE: "[magenta]±[/]",
    Op.DELETE: "[red]-[/]",
}
"""Terraform's and Pulumi's signs, so that nobody has to learn new ones."""


NAMES_SHOWN = 4
"""Names of one row before the rest is counted."""


def plan_table(plan: Plan) -> Table:
    """What changes, one row per part of the cluster, operation and type; what stays is only counted.

    Components have no row of their own: they are the part that their children's rows name.
    """
    table = Table("Part", "", "Type", "Names", title="Plan", title_justify="left")
    rows: dict[tuple[str, Op, str, bool], list[PlannedStep]] = {}
    for step in plan.steps:
        if step.op not in QUIET and (step.provider or step.diff):
            rows.setdefault((part_of(step), step.op, short_type(step.type), step.recorded), []).append(step)
    for (part, op, kind, recorded), steps in sorted(rows.items()):
        count = f"{len(steps)} x " if len(steps) > 1 else ""
        mark = " [dim](recorded)[/]" if recorded else ""
        table.add_row(part, _SIGNS.get(op, op.value), f"{count}{kind}{mark}", _names(steps))
    return table


def part_of(step: PlannedStep) -> str:
    """Component that a step belongs to: ``Network``, ``Encryption``; the stack itself for what has none."""
    types = step.urn.split("::")[2].split("$") if step.urn.count("::") >= URN_SEPARATORS else []
    parents = [one for one in types[:-1] if one.startswith("rackwright:")]
    return parents[-1].rpartition(":")[2] if parents else "stack"


def short_type(token: str) -> str:
    """``aws:ec2/subnet:Subnet`` -> ``ec2 Subnet``."""
    module, _, name = token.rpartition(":")
    return f"{module.partition(':')[2].partition('/')[0]} {name}".strip()


def _names(steps: list[PlannedStep]) -> str:
    stack = steps[0].urn.split("::")[0].removeprefix("urn:pulumi:")
    shown = [f"{step.name.removeprefix(f'{stack}-')}{_changes(step)}" for step in steps[:NAMES_SHOWN]]
    more = len(steps) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")


def _changes(step: PlannedStep) -> str:
    if not step.diff or step.op is Op.CREATE:
        return ""
    shown = [f"{change.path}: {change.old} → {change.new}" for change in step.diff[:NAMES_SHOWN]]
    more = len(step.diff) - len(shown)
    return f" ({'; '.join(shown)}{f'; and {more} more' if more > 0 else ''})"


def counts_line(plan: Plan) -> str:
    """``87 to create, 3 recorded`` in one line; ``nothing to change`` when all is the same."""
    counts = plan.counts()
    words = {Op.CREATE: "to create", Op.UPDATE: "to update", Op.REPLACE: "to replace", Op.DELETE: "to delete"}
    parts = [f"{counts[op]} {word}" for op, word in words.items() if counts.get(op)]
    recorded = sum(step.recorded for step in plan.steps)
    same = counts.get(Op.SAME, 0)
    parts += [f"{same} unchanged"] if same else []
    parts += [f"{recorded} recorded (state only)"] if recorded else []
    return ("nothing to change: " if plan.unchanged else "") + ", ".join(parts)


def summary_lines(plan: Plan, design: Design) -> Iterator[str]:
    """What a person wants to know before saying yes: size, cost, power, fabric, addresses."""
    yield f"plan      {counts_line(plan)}"
    yield from (f"effect    {one.sentence()}" for one in consequences(plan, design))
    yield from recorded_lines(plan)
    yield f"resources {len(plan.steps)} (does not depend on the number of nodes)"
    yield from fabric_lines(design)


def recorded_lines(plan: Plan) -> Iterator[str]:
    """What the local cloud cannot exercise, and the engine keeps in the state only: how many of which type."""
    types = Counter(short_type(step.type) for step in plan.steps if step.recorded)
    if types:
        told = ", ".join(f"{count} x {kind}" if count > 1 else kind for kind, count in sorted(types.items()))
        yield f"recorded  {types.total()} in the state only, nothing was rehearsed: {told}"
