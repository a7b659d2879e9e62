"""``rw fabric``: the GPU fabric by itself, with or without a stack."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from rackwright.cli.arguments import Json
from rackwright.cli.console import emit_json, out, say
from rackwright.diagnostics import InputError
from rackwright.fabric import FabricDesign, FabricRequest, design_fabric
from rackwright.fabric.bill import BillLine, bill_of_materials, power_bill
from rackwright.fabric.cables import cable_csv
from rackwright.fabric.discovered import compare
from rackwright.fabric.elevation_svg import elevation_pages
from rackwright.fabric.figures import figures
from rackwright.fabric.ibnet import ibnet_file
from rackwright.fabric.opensm import opensm_conf
from rackwright.fabric.partitions import partitions_conf
from rackwright.fabric.slurm import slurm_topology_conf, slurm_topology_yaml
from rackwright.fabric.svg import render_svg

app = typer.Typer(help="Design, draw and check a GPU fabric.", no_args_is_help=True)

System = Annotated[
    str | None,
    typer.Option("--system", help="Catalog name of the node: dgx-h100, dgx-b200, ...; or give --rails and --switch."),
]
Rails = Annotated[int | None, typer.Option("--rails", min=1, help="Fabric ports of a node; default: the system's.")]
Nodes = Annotated[int, typer.Option("--nodes", min=1, help="Number of nodes.")]
Switch = Annotated[str | None, typer.Option("--switch", help="Catalog name of the switch; default: the system's.")]
Oversubscription = Annotated[float, typer.Option("--oversubscription", min=1.0, help="1 is non-blocking.")]
GrowTo = Annotated[
    int | None, typer.Option("--grow-to", min=1, help="Nodes that the fabric must take later without recabling.")
]
UfmPorts = Annotated[int, typer.Option("--ufm-ports", min=0, help="Ports for fabric managers.")]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file instead of stdout.")]


class FileKind(StrEnum):
    """Configuration files that a fabric design gives."""

    OPENSM = "opensm.conf"
    PARTITIONS = "partitions.conf"
    TOPOLOGY = "topology.conf"
    TOPOLOGY_YAML = "topology.yaml"
    IBNET = "ibnet"


FILES: dict[FileKind, Callable[[FabricDesign], str]] = {
    FileKind.OPENSM: opensm_conf,
    FileKind.PARTITIONS: partitions_conf,
    FileKind.TOPOLOGY: slurm_topology_conf,
    FileKind.TOPOLOGY_YAML: slurm_topology_yaml,
    FileKind.IBNET: ibnet_file,
}


def designed(
    system: str | None,
    rails: int | None,
    nodes: int,
    switch: str | None,
    oversubscription: float,
    grow_to: int | None,
    ufm_ports: int,
) -> FabricDesign:
    """Design from the options of a command."""
    return design_fabric(
        FabricRequest(
            nodes,
            system,
            rails=rails,
            switch=switch,
            oversubscription=oversubscription,
            grow_to=grow_to,
            ufm_ports=ufm_ports,
        )
    )


@app.command("design")
def show_design(
    nodes: Nodes,
    system: System = None,
    rails: Rails = None,
    switch: Switch = None,
    oversubscription: Oversubscription = 1.0,
    grow_to: GrowTo = None,
    ufm_ports: UfmPorts = 0,
    as_json: Json = False,
) -> None:
    """Switches, cables, tiers and bandwidth of the smallest fabric that serves NODES nodes."""
    found = figures(designed(system, rails, nodes, switch, oversubscription, grow_to, ufm_ports))
    if as_json:
        emit_json(found)
        return
    table = Table("Part", "Figure", title=f"Fabric of {nodes} x {system or 'node'}", title_justify="left")
    for name, figure in found.items():
        table.add_row(name, _words(figure))
    out.print(table)


def _words(figure: object) -> str:
    if isinstance(figure, dict):
        return ", ".join(f"{name} {value}" for name, value in figure.items())
    return ", ".join(map(str, figure)) if isinstance(figure, list) else "-" if figure is None else str(figure)


@app.command()
def diagram(
    nodes: Nodes,
    system: System = None,
    rails: Rails = None,
    switch: Switch = None,
    oversubscription: Oversubscription = 1.0,
    grow_to: GrowTo = None,
    ufm_ports: UfmPorts = 0,
    racks: Annotated[
        bool, typer.Option("--racks", help="Draw the racks with what is in them; large sites give several files.")
    ] = False,
    output: Output = None,
) -> None:
    """Draw the fabric, or its racks, as SVG."""
    design = designed(system, rails, nodes, switch, oversubscription, grow_to, ufm_ports)
    if racks:
        _put_pages(list(elevation_pages(design)), output)
    else:
        _put(render_svg(design), output)


@app.command()
def bom(
    nodes: Nodes,
    system: System = None,
    rails: Rails = None,
    switch: Switch = None,
    oversubscription: Oversubscription = 1.0,
    grow_to: GrowTo = None,
    ufm_ports: UfmPorts = 0,
    pue: Annotated[float, typer.Option("--pue", min=1.0, help="Power usage effectiveness of the site.")] = 1.25,
    as_json: Json = False,
) -> None:
    """Bill of materials: switches, cables by length, transceivers, and the power of it all."""
    design = designed(system, rails, nodes, switch, oversubscription, grow_to, ufm_ports)
    bill = bill_of_materials(design)
    power = power_bill(design, bill, pue=pue)
    if as_json:
        watts = asdict(power) | {"it_kw": power.it_kw, "facility_kw": power.facility_kw}
        emit_json({"parts": [asdict(line) for line in bill], "power": watts})
        return
    out.print(bill_table(bill))
    unknown = f"; not known for {', '.join(power.not_known)}" if power.not_known else ""
    out.print(f"power {power.it_kw:,.1f} kW IT, {power.facility_kw:,.1f} kW at PUE {pue:g}{unknown}", soft_wrap=True)


def bill_table(bill: list[BillLine]) -> Table:
    """Bill of materials, one row a part."""
    columns = list(asdict(bill[0])) if bill else ["part", "count"]
    table = Table(*columns, title="Bill of materials", title_justify="left")
    for line in bill:
        table.add_row(*("" if value is None else str(value) for value in asdict(line).values()))
    return table


@app.command()
def cables(
    nodes: Nodes,
    system: System = None,
    rails: Rails = None,
    switch: Switch = None,
    oversubscription: Oversubscription = 1.0,
    grow_to: GrowTo = None,
    ufm_ports: UfmPorts = 0,
    output: Output = None,
) -> None:
    """Port-to-port cable map as CSV, with racks and lengths."""
    _put(cable_csv(designed(system, rails, nodes, switch, oversubscription, grow_to, ufm_ports)), output)


@app.command("file")
def write_file(
    kind: Annotated[FileKind, typer.Argument(help="Which file.")],
    nodes: Nodes,
    system: System = None,
    rails: Rails = None,
    switch: Switch = None,
    oversubscription: Oversubscription = 1.0,
    grow_to: GrowTo = None,
    ufm_ports: UfmPorts = 0,
    output: Output = None,
) -> None:
    """Configuration for the subnet manager, for Slurm, or for the subnet simulator."""
    _put(FILES[kind](designed(system, rails, nodes, switch, oversubscription, grow_to, ufm_ports)), output)


@app.command("check")
def check_fabric(
    discovered: Annotated[Path, typer.Argument(help="Output of ibnetdiscover; - reads standard input.")],
    nodes: Nodes,
    system: System = None,
    rails: Rails = None,
    switch: Switch = None,
    oversubscription: Oversubscription = 1.0,
    grow_to: GrowTo = None,
    ufm_ports: UfmPorts = 0,
    as_json: Json = False,
) -> None:
    """Compare a discovered fabric with the design; a wrong cable is named with both ends. Exit 2 on a difference."""
    design = designed(system, rails, nodes, switch, oversubscription, grow_to, ufm_ports)
    found = compare(design, _read(discovered))
    if as_json:
        emit_json([asdict(finding) for finding in found])
        raise typer.Exit(InputError.exit_code if found else 0)
    if found:
        for finding in found:
            out.print(str(finding), soft_wrap=True, markup=False)
        raise InputError(f"{len(found)} differences between the fabric and its design", where=str(discovered))
    say("the fabric is as designed")


def _read(path: Path) -> str:
    if str(path) == "-":
        return typer.get_text_stream("stdin").read()
    try:
        return path.read_text()
    except OSError as cause:
        raise InputError(f"cannot read {path}: {cause.strerror}", where=str(path)) from cause


def _put_pages(pages: list[str], output: Path | None) -> None:
    """One page goes where `output` says; of several each gets its number before the suffix."""
    if len(pages) == 1:
        _put(pages[0], output)
        return
    if output is None:
        raise InputError(f"the racks fill {len(pages)} pages", where="--output", hint="name a file: -o racks.svg")
    for number, page in enumerate(pages, 1):
        _put(page, output.with_stem(f"{output.stem}-{number}"))


def _put(text: str, output: Path | None) -> None:
    if output is None:
        typer.echo(text, nl=False)
        return
    try:
        output.write_text(text)
    except OSError as cause:
        raise InputError(f"cannot write {output}: {cause.strerror}", where=str(output)) from cause
    say(f"wrote {output}")
