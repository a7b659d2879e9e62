"""``rw cloud faults``: let calls of the local AWS fail on purpose."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from rackwright.cli.arguments import Json
from rackwright.cli.console import emit_json, out, say
from rackwright.cloud.aws.faults import Fault, Faults
from rackwright.pipeline.faults import FaultDesk
from rackwright.pipeline.workspace import Workspace, project_root

app = typer.Typer(
    help="Calls of the local AWS that fail on purpose: what, how and how often. A running cloud takes it up at once.",
    no_args_is_help=True,
)

Error = Annotated[
    str | None,
    typer.Argument(help="capacity, throttled, internal, unavailable, expired, or any AWS error code; none: only slow."),
]
Service = Annotated[str, typer.Option(help="Service, as a shell pattern: ec2, fsx, *.")]
Action = Annotated[str, typer.Option(help="Operation, as a shell pattern: RunInstances, Create*.")]
Probability = Annotated[float, typer.Option(help="Share of the matching calls that it strikes, 0 to 1.")]
Count = Annotated[int | None, typer.Option(help="How often it strikes; without it, always.")]
Skip = Annotated[int, typer.Option(help="Matching calls that pass first.")]
Delay = Annotated[float, typer.Option("--delay-s", help="Seconds before the answer.")]
Connection = Annotated[
    str, typer.Option(help="whole; silent: never answered; cut: closed in the middle of the answer.")
]
CarriedOut = Annotated[
    bool | None,
    typer.Option("--carried-out/--not-carried-out", help="Whether a call whose answer is lost takes effect."),
]


def _desk() -> FaultDesk:
    return FaultDesk(Workspace(project_root(), "local").cloud_root)


@app.command("list")
def show(as_json: Json = False) -> None:
    """Show the plan, and how often each fault has struck."""
    _show(_desk(), _desk().plan(), as_json=as_json)


@app.command()
def add(
    error: Error = None,
    service: Service = "*",
    action: Action = "*",
    probability: Probability = 1.0,
    count: Count = None,
    skip: Skip = 0,
    delay_s: Delay = 0.0,
    connection: Connection = "whole",
    carried_out: CarriedOut = None,
    as_json: Json = False,
) -> None:
    """Let the calls that match fail from now on; auto-scaling groups launch as ec2 RunInstances."""
    desk = _desk()
    plan = desk.add(
        error=error,
        service=service,
        action=action,
        probability=probability,
        count=count,
        skip=skip,
        delay_s=delay_s,
        connection=connection,
        carried_out=carried_out,
    )
    _show(desk, plan, as_json=as_json)


@app.command()
def load(file: Annotated[Path, typer.Argument(help="A fault plan in YAML or JSON.")], as_json: Json = False) -> None:
    """Take the plan in FILE in place of the present one; the guide on the local cloud describes its form."""
    desk = _desk()
    _show(desk, desk.load(file), as_json=as_json)


@app.command()
def clear() -> None:
    """Let everything succeed again."""
    had = _desk().clear()
    say(f"{had} fault{'s' * (had != 1)} removed" if had else "nothing to do: there are no faults")


def _show(desk: FaultDesk, plan: Faults, *, as_json: bool) -> None:
    struck = desk.struck()
    if as_json:
        counts = struck if struck is not None else [None] * len(plan.faults)
        rows = [
            {**fault.model_dump(mode="json", exclude_defaults=True), "struck": count}
            for fault, count in zip(plan.faults, counts, strict=False)
        ]
        emit_json({"seed": plan.seed, "time_scale": plan.time_scale, "faults": rows, "running": struck is not None})
        return
    if not plan.faults:
        say("no faults: every call succeeds that can")
        return
    out.print(fault_table(plan, struck))
    if struck is None:
        say("the local cloud does not run; the plan holds from its next start until ./rw cloud down")


def fault_table(plan: Faults, struck: list[int] | None) -> Table:
    """The plan, one row for each fault; `struck` is None while no cloud runs."""
    table = Table("Calls", "What happens", "How often", "Struck", title="Faults", title_justify="left")
    for number, fault in enumerate(plan.faults):
        count = str(struck[number]) if struck is not None and number < len(struck) else "-"
        table.add_row(f"{fault.service}:{fault.action}", _what(fault), _how_often(fault), count)
    return table


def _what(fault: Fault) -> str:
    status = f" ({fault.status})" if fault.status else ""
    parts = [f"after {fault.delay_s:g} s"] if fault.delay_s else []
    parts += [f"{fault.error}{status}"] if fault.error else []
    if fault.connection != "whole":
        parts.append(f"connection {fault.connection}, {'carried out' if fault.takes_effect else 'not carried out'}")
    return ", ".join(parts)


def _how_often(fault: Fault) -> str:
    share = "always" if fault.probability == 1 else f"{fault.probability:.0%} of the calls"
    most = f"{fault.count} times" if fault.count is not None else ""
    later = f"after {fault.skip} that pass" if fault.skip else ""
    return ", ".join(part for part in (share if not most or fault.probability < 1 else "", most, later) if part)
