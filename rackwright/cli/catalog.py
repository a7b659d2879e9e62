"""``rw catalog``: facts about machines and GPUs, each with its source."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from rackwright.catalog import Catalog, Machine, load_catalog
from rackwright.cli.arguments import Json
from rackwright.cli.console import emit_json, out, say
from rackwright.preflight import explain

app = typer.Typer(help="Facts about hardware, each with source and date.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="Name of a machine (p5.48xlarge, dgx-h100) or of a GPU (h100-80gb).")]


@app.command("list")
def list_machines(as_json: Json = False) -> None:
    """List every machine."""
    catalog = load_catalog()
    if as_json:
        emit_json([machine.model_dump(mode="json") for machine in catalog.machines.values()])
        return
    out.print(machine_table(catalog))


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
    """Show what is known of one machine or GPU, with the source of the numbers."""
    catalog = load_catalog()
    if name in catalog.gpus:
        emit_json(catalog.gpus[name].model_dump(mode="json"))
    elif as_json:
        emit_json(catalog.machine(name).model_dump(mode="json"))
    else:
        out.print(explain(name, catalog), markup=False, soft_wrap=True)


@app.command()
def verify() -> None:
    """Read every record again, and say which numbers are not from their stated source."""
    catalog = load_catalog()
    unsure = [
        f"{record.name}: {', '.join(record.uncertain)}" for record in catalog.machines.values() if record.uncertain
    ]
    for line in unsure:
        out.print(line, soft_wrap=True, markup=False)
    known = sum(1 for price in catalog.prices.values() if price.usd is not None)
    say(f"{len(catalog.machines)} machines, {len(catalog.gpus)} GPUs, {known} prices; uncertain: {len(unsure)}")
