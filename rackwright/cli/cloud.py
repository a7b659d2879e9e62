"""``rw cloud``: the local cloud by itself, without a stack's program."""

from __future__ import annotations

import typer
from rich.table import Table

from rackwright.cli import faults
from rackwright.cli.arguments import Json, Stack, Yes
from rackwright.cli.console import confirm, emit_json, out, say
from rackwright.cloud.capability import why_no_machines
from rackwright.cloud.local import LocalCloud
from rackwright.cloud.status import CloudStatus
from rackwright.pipeline.local import cloud_for
from rackwright.pipeline.open import open_stack
from rackwright.pipeline.workspace import project_root

app = typer.Typer(help="The local cloud: AWS API, machines, package cache and registry.", no_args_is_help=True)

app.add_typer(faults.app, name="faults")

DEFAULT_STACK = "local"


def _cloud(stack: str) -> LocalCloud:
    prepared, workspace = open_stack(project_root(), stack)
    return cloud_for(workspace, prepared)


@app.command()
def up(stack: Stack = DEFAULT_STACK, as_json: Json = False) -> None:
    """Start the local cloud with the addresses of STACK. Machines appear when its API has instances."""
    cloud = _cloud(stack)
    _show(cloud.up(say), as_json=as_json)
    reason = why_no_machines(cloud.settings)
    if reason:
        say(f"machines: not rehearsed ({reason})")


@app.command()
def down(stack: Stack = DEFAULT_STACK, yes: Yes = False) -> None:
    """Stop the local cloud and remove its machines and its state. The cache stays."""
    cloud = _cloud(stack)
    if cloud.status().running and not confirm("Remove the local cloud with all its machines?", yes=yes):
        say("nothing was changed")
        raise typer.Exit(2)
    say("the local cloud is gone" if cloud.down(on_progress=say) else "nothing to do: there is no local cloud")


@app.command()
def status(stack: Stack = DEFAULT_STACK, as_json: Json = False) -> None:
    """Show where the local cloud's parts are and what its machines do."""
    _show(_cloud(stack).status(), as_json=as_json)


def _show(found: CloudStatus, *, as_json: bool) -> None:
    if as_json:
        emit_json(found.as_json())
        return
    if not found.running:
        out.print("the local cloud does not run")
        return
    out.print(f"AWS API  {found.endpoint}", soft_wrap=True)
    out.print(machine_table(found))
    for problem in found.problems:
        out.print(f"[yellow]{problem}[/]", soft_wrap=True)


def machine_table(found: CloudStatus) -> Table:
    """Machines of the local cloud, one row each."""
    table = Table("Machine", "Address", "Instance", "State", "Boot", title="Machines", title_justify="left")
    for machine in found.machines:
        boot = f"{machine.boot_s:.1f} s" if machine.boot_s is not None else ""
        table.add_row(machine.name, machine.address, machine.instance_id, machine.error or machine.state, boot)
    return table
