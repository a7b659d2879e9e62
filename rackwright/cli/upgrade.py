"""``rw upgrade`` and ``rw rollback``: change running hosts without losing jobs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from rackwright.cli.arguments import Json, Stack, Yes
from rackwright.cli.console import confirm, emit_json, err, say
from rackwright.cli.watch import Watch
from rackwright.diagnostics import ClusterError
from rackwright.pipeline.open import open_stack
from rackwright.pipeline.run import Run
from rackwright.pipeline.upgrade import Options, Upgrade
from rackwright.pipeline.upgrade import rollback as roll_back
from rackwright.pipeline.upgrade import upgrade as bring_to_lock
from rackwright.pipeline.upgrade_steps import Limits
from rackwright.pipeline.workspace import project_root
from rackwright.upgrade import Fleet, Journal

Most = Annotated[
    int | None, typer.Option("--max-unavailable", min=1, help="Hosts of a pool that may be away at a time.")
]
Grace = Annotated[float, typer.Option("--grace", min=0, help="Seconds for running jobs to end by themselves.")]
Reboot = Annotated[float, typer.Option("--reboot-timeout", min=1, help="Seconds for a host to come back.")]
Plan = Annotated[bool, typer.Option("--plan", help="Show who would be changed in which order, and change nothing.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    for command in (upgrade, rollback):
        app.command()(command)


def upgrade(
    stack: Stack,
    yes: Yes = False,
    max_unavailable: Most = None,
    grace: Grace = Limits().grace_s,
    reboot_timeout: Reboot = Limits().reboot_s,
    plan: Plan = False,
    as_json: Json = False,
) -> None:
    """Bring running hosts to the lock: a canary, then drained batches; at most one reboot each. Again: go on."""
    run, watch, options = _open(stack, max_unavailable, grace, reboot_timeout)
    fleet = Upgrade(run, options).fleet(run.every_host())
    if plan:
        _show_plan(fleet, as_json=as_json)
        return
    if not confirm(f"Change {len(fleet.hosts)} hosts of {stack}, {fleet.canary} first?", yes=yes):
        say("nothing was changed")
        raise typer.Exit(2)
    _carry_out(Upgrade(run).path, watch, lambda: bring_to_lock(run, options), as_json=as_json)


def rollback(
    stack: Stack,
    yes: Yes = False,
    max_unavailable: Most = None,
    grace: Grace = Limits().grace_s,
    reboot_timeout: Reboot = Limits().reboot_s,
    as_json: Json = False,
) -> None:
    """Go back to the lock that the hosts were last proved with; the stack's lock file is written anew."""
    run, watch, options = _open(stack, max_unavailable, grace, reboot_timeout)
    if not confirm(f"Write {stack}'s last good lock over its lock file and bring its hosts to it?", yes=yes):
        say("nothing was changed")
        raise typer.Exit(2)
    _carry_out(Upgrade(run).path, watch, lambda: roll_back(run, options), as_json=as_json)


def _open(stack: str, most: int | None, grace: float, reboot: float) -> tuple[Run, Watch, Options]:
    prepared, workspace = open_stack(project_root(), stack)
    watch = Watch(yes=True, ask="")
    return Run(prepared, workspace, watch), watch, Options(most, Limits(grace, reboot))


def _carry_out(path: Path, watch: Watch, work: Callable[[], Journal], *, as_json: bool) -> None:
    try:
        work()
    except (ClusterError, KeyboardInterrupt):
        watch.broke()
        raise
    finally:
        if path.exists():
            _show(Journal.model_validate_json(path.read_text()), as_json=as_json)
    watch.close()


def _show(journal: Journal, *, as_json: bool) -> None:
    if as_json:
        emit_json(journal.model_dump(mode="json"))
    else:
        err.print(journal_table(journal))


def journal_table(journal: Journal) -> Table:
    """What became of each host."""
    table = Table("Host", "Stage", "Changed", "Rebooted", "Seconds", "Error", title="Upgrade", title_justify="left")
    for host, state in journal.hosts.items():
        stage = f"{state.stage} ({state.failed_in})" if state.failed_in else str(state.stage)
        rebooted = "yes" if state.rebooted else ""
        table.add_row(host, stage, str(state.changed), rebooted, f"{state.seconds:g}", state.error)
    return table


def _show_plan(fleet: Fleet, *, as_json: bool) -> None:
    if as_json:
        rows = [{"pool": one.pool, "hosts": list(one.hosts), "at_a_time": one.allowed} for one in fleet.squads]
        emit_json({"canary": fleet.canary, "pools": rows})
        return
    table = Table("Pool", "Hosts", "At a time", title=f"Upgrade, {fleet.canary} first", title_justify="left")
    for squad in fleet.squads:
        table.add_row(squad.pool, ", ".join(squad.hosts), str(squad.allowed))
    err.print(table)
