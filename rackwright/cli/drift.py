"""Commands about changes made by hand: drift, refresh, adopt."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import TypeVar

import typer
from rich.markup import escape

from rackwright.cli.arguments import Engine, Json, Stack
from rackwright.cli.console import emit_json, out
from rackwright.cli.watch import Watch
from rackwright.diagnostics import ClusterError
from rackwright.pipeline.choices import EngineChoice
from rackwright.pipeline.open import open_stack
from rackwright.pipeline.program.adopt import Adopted
from rackwright.pipeline.program.adopt import adopt as adopt_drift
from rackwright.pipeline.program.drift import Drift, Drifted, find_drift
from rackwright.pipeline.run import Run
from rackwright.pipeline.workspace import project_root

Found = TypeVar("Found")


def add_to(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    for command in (drift, refresh, adopt):
        app.command()(command)


def drift(stack: Stack, engine: Engine = "auto", as_json: Json = False) -> None:
    """Show what was changed by hand: old and new value, and who. Changes nothing; the next `up` brings it back."""
    found = _held(stack, engine, "drift", find_drift)
    _show(found, as_json=as_json, after="./rw up brings it back, ./rw adopt writes it into the spec")


def refresh(stack: Stack, engine: Engine = "auto", as_json: Json = False) -> None:
    """Bring the record in line with what is, and show what differed. The cloud is only read."""
    found = _held(stack, engine, "refresh", lambda run: find_drift(run, record=True))
    _show(found, as_json=as_json, after="recorded; ./rw up brings it back")


def adopt(stack: Stack, engine: Engine = "auto", as_json: Json = False) -> None:
    """Write what was changed by hand into the stack file, where a field of the spec says that."""
    done = _held(stack, engine, "adopt", adopt_drift)
    if as_json:
        emit_json([asdict(one) for one in done])
        return
    for one in done:
        out.print(escape(_adopted(one)), soft_wrap=True)
    if not done:
        out.print("nothing to adopt: everything is as recorded")


def _held(stack: str, engine: EngineChoice, command: str, work: Callable[[Run], Found]) -> Found:
    prepared, workspace = open_stack(project_root(), stack)
    watch = Watch(yes=True, ask="")
    try:
        with workspace.only_run(command):
            done = work(Run(prepared, workspace, watch, engine))
        watch.close()
    except (ClusterError, KeyboardInterrupt):
        watch.broke()
        raise
    return done


def _show(found: Drift, *, as_json: bool, after: str) -> None:
    if as_json:
        emit_json(found.as_json())
        return
    for line in drift_lines(found):
        out.print(escape(line), soft_wrap=True)
    if found.resources:
        out.print(after)


def drift_lines(found: Drift) -> Iterator[str]:
    """One line for each resource that differs, one for each property, one for who it was."""
    if not found.resources:
        yield f"no drift: {found.read} resources are as recorded"
    for one in found.resources:
        yield f"{one.name} ({one.type}) {one.id}{' is gone' if one.gone else ''}"
        yield from (f"  {change.path}: {change.old} → {change.new}" for change in one.changes)
        yield from _who(one)


def _who(one: Drifted) -> Iterator[str]:
    yield from (f"  by {call.who}: {call.action} at {call.at}" for call in one.calls)
    if one.not_known:
        yield f"  by whom is not known: {one.not_known}"


def _adopted(one: Adopted) -> str:
    what = f"{one.name} {one.property}".strip()
    if one.why_not:
        return f"not adopted  {what}: {one.why_not}"
    return f"adopted      {what} = {one.value}: {one.field} is {one.written} now"
