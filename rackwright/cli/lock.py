"""``rw lock``: the resolved software set of a stack."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table

from rackwright.cli.arguments import Json, Stack, Yes
from rackwright.cli.console import confirm, emit_json, out, say
from rackwright.cli.errors import problem_data
from rackwright.diagnostics import InputError
from rackwright.lock import Change
from rackwright.pipeline.clock import today
from rackwright.pipeline.locking import Resolved, check_lock, resolve_stack
from rackwright.pipeline.workspace import project_root


def add_to(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(lock)


def lock(
    stack: Stack,
    upgrade: Annotated[bool, typer.Option("--upgrade", help="Show what would change, ask, and write it.")] = False,
    verify: Annotated[
        bool, typer.Option("--check", help="Fail when a locked version is past its end of life or unsafe.")
    ] = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Resolve the software of a stack into stacks/STACK.lock.yaml. An existing lock changes only with --upgrade."""
    if verify:
        _verify(stack, as_json=as_json)
        return
    found = resolve_stack(project_root(), stack, today())
    if as_json:
        emit_json(
            {
                "path": str(found.path),
                "changes": [asdict(change) | {"kind": change.kind} for change in found.changes],
                "reasons": dict(found.resolution.reasons),
                "lock": found.resolution.lock.model_dump(mode="json"),
            }
        )
    else:
        _show(found)
    _write(found, upgrade=upgrade, yes=yes or as_json)


def _show(found: Resolved) -> None:
    for product, reason in found.resolution.reasons.items():
        out.print(f"[bold]{product}[/] {found.resolution.versions.get(product, '')}  {reason}", soft_wrap=True)
    if found.changes:
        out.print(change_table(found.changes))


def _write(found: Resolved, *, upgrade: bool, yes: bool) -> None:
    if not found.changes:
        say(f"{found.path.name} is up to date")
    elif found.old is not None and not upgrade:
        say(f"{found.path.name} was left as it is: {len(found.changes)} differences (--upgrade takes them over)")
    elif found.old is not None and not confirm(f"Write {found.path.name}?", yes=yes):
        say("nothing was changed")
        raise typer.Exit(2)
    else:
        found.write()
        say(f"wrote {found.path}")


def change_table(changes: tuple[Change, ...]) -> Table:
    """What differs between two locks, one row each."""
    table = Table("What", "Name", "Before", "After", "Kind", title="Lock", title_justify="left")
    for change in changes:
        table.add_row(change.section, change.name, change.before or "-", change.after or "-", change.kind)
    return table


def _verify(stack: str, *, as_json: bool) -> None:
    problems = check_lock(project_root(), stack, today())
    if as_json:
        emit_json({"problems": [problem_data(problem) for problem in problems]})
        raise typer.Exit(InputError.exit_code if problems else 0)
    if problems:
        raise InputError(f"{len(problems)} locked versions are too old or unsafe", problems=problems)
    say("every locked version is supported and above its security floor")
