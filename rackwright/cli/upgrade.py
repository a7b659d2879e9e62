"""``rw upgrade`` and ``rw rollback``: change running hosts without losing jobs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from rackwright.cli.arguments import Json, Stack, Yes
from rackwright.cli.console import confirm, emit_json, out, say
from rackwright.cli.lock import change_table
from rackwright.cli.watch import Watch
from rackwright.diagnostics import ClusterError
from rackwright.lock import Change
from rackwright.pipeline.open import open_stack
from rackwright.pipeline.run import Run
from rackwright.pipeline.upgrading.good_locks import SHORT, GoodLocks, changes_between, digest_of
from rackwright.pipeline.upgrading.rollback import goal_of
from rackwright.pipeline.upgrading.rollback import rollback as roll_back
from rackwright.pipeline.upgrading.upgrade import Options, Upgrade, outcome_of, read_journal
from rackwright.pipeline.upgrading.upgrade import upgrade as bring_to_lock
from rackwright.pipeline.upgrading.upgrade_steps import Limits
from rackwright.pipeline.workspace import project_root
from rackwright.upgrade import Fleet, Journal

Most = Annotated[
    int | None, typer.Option("--max-unavailable", min=1, help="Hosts of a pool that may be away at a time.")
]
Grace = Annotated[float, typer.Option("--grace", min=0, help="Seconds for running jobs to end by themselves.")]
Reboot = Annotated[float, typer.Option("--reboot-timeout", min=1, help="Seconds for a host to come back.")]
Again = Annotated[bool, typer.Option("--again", help="Go over hosts that are done already, too.")]
To = Annotated[str | None, typer.Option("--to", help="First digits of another lock that the stack had.")]
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
    again: Again = False,
    plan: Plan = False,
    as_json: Json = False,
) -> None:
    """Bring running hosts to the lock: a canary, then drained batches; at most one reboot each. Again: go on."""
    run, watch, options = _open(stack, Options(max_unavailable, Limits(grace, reboot_timeout), again))
    work = Upgrade(run, options)
    fleet = work.fleet(run.every_host())
    if plan:
        _show_plan(fleet, GoodLocks(run.workspace).changes_to(work.lock_file.read_text()), as_json=as_json)
    elif done := work.settled(fleet):
        _nothing_to_do(done, as_json=as_json)
    elif _agreed(f"Change {len(fleet.hosts)} hosts of {stack}, {fleet.canary} first?", yes=yes):
        _carry_out(run, watch, lambda: bring_to_lock(run, options), as_json=as_json)


def rollback(
    stack: Stack,
    yes: Yes = False,
    to: To = None,
    max_unavailable: Most = None,
    grace: Grace = Limits().grace_s,
    reboot_timeout: Reboot = Limits().reboot_s,
    again: Again = False,
    plan: Plan = False,
    as_json: Json = False,
) -> None:
    """Go back to the lock that the hosts were last proved with; the stack's lock file is written anew. Again: go on."""
    run, watch, options = _open(stack, Options(max_unavailable, Limits(grace, reboot_timeout), again))
    work, goal = Upgrade(run, options), goal_of(run, to)
    fleet = work.fleet(run.every_host())
    done = work.settled(fleet) if goal == work.lock_file.read_text() else None
    if plan:
        _show_plan(fleet, changes_between(work.lock_file.read_text(), goal), as_json=as_json)
    elif done:
        _nothing_to_do(done, as_json=as_json)
    elif _agreed(f"Write lock {digest_of(goal)[:SHORT]} and bring {len(fleet.hosts)} hosts of {stack} to it?", yes=yes):
        _carry_out(run, watch, lambda: roll_back(run, options, to=to), as_json=as_json)


def _open(stack: str, options: Options) -> tuple[Run, Watch, Options]:
    prepared, workspace = open_stack(project_root(), stack)
    watch = Watch(yes=True, ask="")
    return Run(prepared, workspace, watch), watch, options


def _agreed(question: str, *, yes: bool) -> bool:
    if confirm(question, yes=yes):
        return True
    say("nothing was changed")
    raise typer.Exit(2)


def _nothing_to_do(journal: Journal, *, as_json: bool) -> None:
    if as_json:
        emit_json(journal.model_dump(mode="json"))
    done = f"{journal.command} has brought all {len(journal.hosts)} hosts to lock {journal.lock[:SHORT]}"
    say(f"nothing to do: {done}; --again goes over them once more")


def _carry_out(run: Run, watch: Watch, work: Callable[[], Journal], *, as_json: bool) -> None:
    try:
        journal = work()
    except (ClusterError, KeyboardInterrupt):
        watch.broke()
        raise
    finally:
        watch.close()
        _show(read_journal(run), as_json=as_json)
        say(f"report  {escape(str(run.workspace.folder / 'report.html'))}")
    say(f"[bold]{escape(outcome_of(journal))}[/]")


def _show(journal: Journal | None, *, as_json: bool) -> None:
    if journal is None:
        return
    if as_json:
        emit_json(journal.model_dump(mode="json"))
    else:
        out.print(journal_table(journal))


def journal_table(journal: Journal) -> Table:
    """What became of each host."""
    table = Table(
        "Host",
        "Stage",
        "Changed",
        "Rebooted",
        "Seconds",
        "Error",
        title=journal.command.capitalize(),
        title_justify="left",
    )
    for host, state in journal.hosts.items():
        stage = f"{state.stage} ({state.failed_in})" if state.failed_in else str(state.stage)
        rebooted = "yes" if state.rebooted else ""
        table.add_row(host, stage, str(state.changed), rebooted, f"{state.seconds:g}", state.error)
    return table


def _show_plan(fleet: Fleet, changes: tuple[Change, ...] | None, *, as_json: bool) -> None:
    if as_json:
        rows = [{"pool": one.pool, "hosts": list(one.hosts), "at_a_time": one.allowed} for one in fleet.squads]
        told = None if changes is None else [asdict(change) | {"kind": change.kind} for change in changes]
        emit_json({"canary": fleet.canary, "pools": rows, "changes": told})
        return
    if changes:
        out.print(change_table(changes))
    else:
        out.print(
            "no lock was proved yet" if changes is None else "the lock is the one that the hosts were proved with"
        )
    table = Table("Pool", "Hosts", "At a time", title=f"Order: {fleet.canary} first", title_justify="left")
    for squad in fleet.squads:
        table.add_row(squad.pool, ", ".join(squad.hosts), str(squad.allowed))
    out.print(table)
