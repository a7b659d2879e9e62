"""Adopting drift: a change made by hand becomes a value of the stack file, where a field of the spec says that.

Every value is proved before it stays: the edited file must pass its checks, and the plan made from it must leave the
adopted properties alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path as File
from typing import Any

from rackwright.design.model import Design
from rackwright.diagnostics import ClusterError
from rackwright.engine import Plan
from rackwright.pipeline.open import open_stack
from rackwright.pipeline.program.consequences import TEMPLATE
from rackwright.pipeline.program.drift import Drift, Drifted, find_drift
from rackwright.pipeline.run import Run
from rackwright.spec.edit import with_values
from rackwright.spec.places import Path, dotted

NO_FIELD = "no field of the spec says this; ./rw up brings it back"


@dataclass(frozen=True, slots=True)
class Adopted:
    """One property changed by hand, and what became of it."""

    name: str
    property: str
    value: object
    """As it is in the cloud now."""
    field: str = ""
    """Path in the stack file, empty where there is none."""
    written: object = None
    why_not: str = ""
    """Why it was not adopted; empty when it was."""


@dataclass(frozen=True, slots=True)
class _Edit:
    """A value for a field, and the properties that ask for it."""

    path: Path
    value: object
    drifted: Drifted
    properties: tuple[str, ...]


Answer = tuple[Path, object] | None


def _nodes(design: Design, name: str, live: Mapping[str, Any]) -> Answer:
    pool = _pool(design, name)
    if pool is None:
        return None
    low, high = int(live.get("minSize", pool.min_nodes)), int(live.get("maxSize", pool.max_nodes))
    return ("pools", pool.name, "nodes"), low if low == high else {"min": low, "max": high}


def _machine(design: Design, name: str, live: Mapping[str, Any]) -> Answer:
    pool = _pool(design, name)
    return (("pools", pool.name, "machine"), live["instanceType"]) if pool else None


def _capacity(design: Design, name: str, live: Mapping[str, Any]) -> Answer:
    return ("storage", name.removeprefix(f"{design.name}-"), "capacity"), f"{live['storageCapacity']} GiB"


def _throughput(design: Design, name: str, live: Mapping[str, Any]) -> Answer:
    value = f"{live['perUnitStorageThroughput']} MB/s/TiB"
    return ("storage", name.removeprefix(f"{design.name}-"), "throughput"), value


def _budget(design: Design, name: str, live: Mapping[str, Any]) -> Answer:
    del design, name
    amount = float(live["limitAmount"])
    return ("budget", "usd_per_month"), int(amount) if amount.is_integer() else amount


def _log_days(design: Design, name: str, live: Mapping[str, Any]) -> Answer:
    del design, name
    return ("monitoring", "retention"), f"{live['retentionInDays']} days"


def _pool(design: Design, name: str) -> Any:
    return next((pool for pool in design.pools if name == f"{design.name}-{pool.name}"), None)


_GROUP, _LUSTRE = "aws:autoscaling/group:Group", "aws:fsx/lustreFileSystem:LustreFileSystem"
FIELDS: dict[tuple[str, str], Callable[[Design, str, Mapping[str, Any]], Answer]] = {
    (_GROUP, "minSize"): _nodes,
    (_GROUP, "maxSize"): _nodes,
    (_GROUP, "desiredCapacity"): _nodes,
    (TEMPLATE, "instanceType"): _machine,
    (_LUSTRE, "storageCapacity"): _capacity,
    (_LUSTRE, "perUnitStorageThroughput"): _throughput,
    ("aws:budgets/budget:Budget", "limitAmount"): _budget,
    ("aws:cloudwatch/logGroup:LogGroup", "retentionInDays"): _log_days,
}
"""Properties that one field of the spec decides, and what that field must say for the value that is there."""


def adopt(run: Run) -> tuple[Adopted, ...]:
    """Write what was changed by hand into the stack file; what cannot be adopted is told with the reason.

    The state follows what is in the cloud. Raises as `find_drift`; the file is left alone then.
    """
    drift = find_drift(run, record=True)
    edits, rest = spec_edits(drift, run.prepared.design)
    with run.stage("adopt"):
        return (*(one for edit in edits for one in _written(run, edit)), *rest)


def spec_edits(drift: Drift, design: Design) -> tuple[list[_Edit], list[Adopted]]:
    """What the stack file would have to say, and what it cannot say."""
    edits: dict[Path, _Edit] = {}
    rest: list[Adopted] = []
    for one in drift.resources:
        if one.gone:
            rest.append(Adopted(one.name, "", None, why_not="it is gone; remove it from the spec, or ./rw up makes it"))
        live = {change.path: change.new for change in one.changes}
        for path, value in live.items():
            answer = FIELDS[one.type, path](design, one.name, live) if (one.type, path) in FIELDS else None
            if answer is None:
                rest.append(Adopted(one.name, path, value, why_not=NO_FIELD))
            else:
                known = edits.get(answer[0], _Edit(*answer, one, ()))
                edits[answer[0]] = replace(known, properties=(*known.properties, path))
    return list(edits.values()), rest


def _written(run: Run, edit: _Edit) -> Iterator[Adopted]:
    """Write one value, keep it when the plan agrees, take it back when not."""
    file = run.prepared.path
    before = file.read_text()
    file.write_text(with_values(before, {edit.path: edit.value}))
    why_not = _objection(run, edit, file)
    if why_not:
        file.write_text(before)
    live = {change.path: change.new for change in edit.drifted.changes}
    for path in edit.properties:
        yield Adopted(edit.drifted.name, path, live[path], dotted(edit.path), edit.value, why_not)


def _objection(run: Run, edit: _Edit, file: File) -> str:
    """Why the edited stack file is not what makes the drift intended; empty when it is."""
    try:
        prepared, _ = open_stack(run.workspace.root, str(file))
        plan, _ = replace(run, prepared=prepared).engine(change=False).preview(run.watch.engine)
    except ClusterError as problem:
        more: Sequence[Any] = getattr(problem, "problems", ())
        return f"the spec would be refused: {more[0].summary if more else problem.summary}"
    left = _still_planned(plan, edit)
    return f"the plan would still change {', '.join(left)}" if left else ""


def _still_planned(plan: Plan, edit: _Edit) -> list[str]:
    steps = (step for step in plan.steps if step.urn == edit.drifted.urn)
    return [change.path for step in steps for change in step.diff if change.path in edit.properties]
