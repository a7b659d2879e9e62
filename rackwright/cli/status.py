"""What runs of a cluster, and a way onto its nodes: status, ssh."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Annotated

import typer

from rackwright.cli.arguments import Engine, Json, Stack
from rackwright.cli.console import emit_json, out
from rackwright.cli.watch import Watch
from rackwright.pipeline.nodes.shell import shell_command
from rackwright.pipeline.open import open_stack
from rackwright.pipeline.run import Run
from rackwright.pipeline.status import Status, read_status
from rackwright.pipeline.workspace import project_root


def add_to(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    for command in (status, ssh):
        app.command()(command)


def status(stack: Stack, engine: Engine = "auto", as_json: Json = False) -> None:
    """Show what is recorded of a stack, what runs, and how the last run ended."""
    prepared, workspace = open_stack(project_root(), stack)
    found = read_status(Run(prepared, workspace, Watch(yes=True, ask=""), engine))
    if as_json:
        emit_json(found.as_json())
        return
    for line in status_lines(found):
        out.print(line, soft_wrap=True)


def ssh(
    stack: Stack,
    node: Annotated[str, typer.Argument(help="Name of a node, as `rw status` shows it.")],
    command: Annotated[list[str] | None, typer.Argument(help="Command to run there, after --.")] = None,
) -> None:
    """Open a shell on a node of a local stack, or run a command there."""
    prepared, workspace = open_stack(project_root(), stack)
    run = Run(prepared, workspace, Watch(yes=True, ask=""))
    arguments = shell_command(run, node, command or [])
    os.execvp(arguments[0], arguments)  # noqa: S606 - ssh takes over this process and its terminal


def status_lines(status: Status) -> Iterator[str]:
    """A stack's status, one fact a line."""
    yield f"stack     {status.stack}: {status.resources} resources recorded"
    yield f"last run  {status.last_run or 'none'}{': ' + status.outcome if status.outcome else ''}"
    if status.cloud is not None:
        yield f"cloud     {status.cloud.endpoint if status.cloud.running else 'does not run'}"
    machines = {one.address: one for one in status.cloud.machines} if status.cloud else {}
    absent = "no machine" if status.cloud and status.cloud.running else "not known while the cloud does not run"
    for host in status.hosts:
        machine = machines.get(str(host.address))
        state = (machine.error or machine.state) if machine else absent
        yield f"node      {host.name} {host.address} {state}"
    if status.report:
        yield f"report    {status.report}"
