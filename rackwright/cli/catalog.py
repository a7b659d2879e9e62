"""``rw catalog``: facts about machines, GPUs, switches, software and images, each with its source."""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum
from typing import Annotated

import typer
from rich.table import Table

from rackwright.catalog import Catalog, Machine, load_catalog
from rackwright.catalog.compare import Difference
from rackwright.catalog.kinds import KINDS, named, records, unsure, without_source
from rackwright.cli.arguments import Json
from rackwright.cli.console import emit_json, out, say
from rackwright.diagnostics import InputError
from rackwright.pipeline.clock import today
from rackwright.pipeline.knowledge.described import catalog_differences
from rackwright.pipeline.knowledge.topics import explain_topic, nearest_topics

app = typer.Typer(help="Facts about hardware and software, each with source and date.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="Name of a machine (p5.48xlarge), GPU (h100-80gb), switch (qm9700), ...")]


class Kind(StrEnum):
    """Kinds of records that can be listed: the keys of `KINDS`."""

    MACHINES = "machines"
    GPUS = "gpus"
    SYSTEMS = "systems"
    SWITCHES = "switches"
    CABLES = "cables"
    TRANSCEIVERS = "transceivers"
    SOFTWARE = "software"
    NGC = "ngc"
    BUNDLES = "bundles"


@app.command("list")
def list_records(
    kind: Annotated[Kind, typer.Argument(help="What to list.")] = Kind.MACHINES, as_json: Json = False
) -> None:
    """List every machine, or every record of another kind."""
    found = KINDS[kind.value]()
    if as_json:
        emit_json([record.model_dump(mode="json") for record in found.values()])
    elif kind is Kind.MACHINES:
        out.print(machine_table(load_catalog()))
    else:
        table = Table("Name", "Title", title=kind.value, title_justify="left")
        for name, record in found.items():
            table.add_row(name, str(getattr(record, "title", "")))
        out.print(table)


def machine_table(catalog: Catalog) -> Table:
    """Machines of the catalog, one row each."""
    table = Table("Machine", "Arch", "vCPU", "GiB", "GPUs", "Fabric Gbps", "$/h us-east-1")
    for machine in catalog.machines.values():
        price = catalog.price(machine.name, "us-east-1")
        gpus = (
            f"{machine.gpus} x {machine.gpu_model}" if machine.gpus and machine.gpu_model else str(machine.gpus or "-")
        )
        cost = f"{price.usd:,.2f}" if price and price.usd is not None else "-"
        size = (str(machine.vcpus), f"{machine.memory_gib:g}")
        table.add_row(machine.name, machine.architecture, *size, gpus, f"{_fabric_gbps(machine):,.0f}", cost)
    return table


def _fabric_gbps(machine: Machine) -> float:
    return machine.efa_gbps or machine.nics * machine.nic_gbps


@app.command()
def show(name: Name, as_json: Json = False) -> None:
    """Show what is known of a machine, GPU, switch, product or image, with the source of the numbers."""
    if not as_json:
        out.print(explain_topic(name, today()), markup=False, soft_wrap=True)
        return
    found = named(name)
    if not found:
        near = nearest_topics(name)
        raise InputError(f"the catalog has no '{name}'", hint=f"did you mean {' or '.join(near)}?" if near else None)
    emit_json(next(iter(found.values())).model_dump(mode="json"))


@app.command()
def verify(as_json: Json = False) -> None:
    """Check that every record has source and date, and compare instance types with AWS's own descriptions of them.

    Exit 2 when a record has no source, or on a difference that nobody explained. Uncertain facts are listed.
    """
    everything = list(records())
    missing = [f"{kind} {name}" for kind, name, record in everything if without_source(record)]
    uncertain = {f"{kind} {name}": unsure(record) for kind, name, record in everything if unsure(record)}
    found = catalog_differences()
    if as_json:
        differ = [asdict(one) for one in found]
        data = {"records": len(everything), "uncertain": uncertain, "without_source": missing, "differences": differ}
        emit_json(data)
    else:
        _show_verified(uncertain, missing, found)
    wrong = [*missing, *(one.machine for one in found if one.reason is None)]
    say(f"{len(everything)} records, {len(uncertain)} with uncertain facts, {len(found)} differences from AWS's data")
    if wrong:
        raise typer.Exit(InputError.exit_code)


def _show_verified(uncertain: dict[str, tuple[str, ...]], missing: list[str], found: tuple[Difference, ...]) -> None:
    for name, facts in uncertain.items():
        out.print(f"uncertain   {name}: {', '.join(facts)}", soft_wrap=True, markup=False)
    for name in missing:
        out.print(f"no source   {name}", soft_wrap=True, markup=False)
    for one in found:
        why = one.reason or "NOT EXPLAINED"
        told = f"{one.machine} {one.fact}: catalog {one.ours}, AWS's description {one.theirs}"
        out.print(f"difference  {told} ({why})", soft_wrap=True, markup=False)
