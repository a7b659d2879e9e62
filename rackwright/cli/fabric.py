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
from rackwright.cli.fabric_options import of_a_fabric
from rackwright.design.site_fabric import SiteFabric
from rackwright.diagnostics import InputError
from rackwright.fabric import FabricDesign
from rackwright.fabric.bill import BillLine, CostBill, bill_of_materials, cost_bill, power_bill
from rackwright.fabric.cables import cable_csv
from rackwright.fabric.discovered import compare, port_guids
from rackwright.fabric.elevation_svg import elevation_pages
from rackwright.fabric.figures import figures
from rackwright.fabric.ibnet import ibnet_file
from rackwright.fabric.opensm import opensm_conf
from rackwright.fabric.partitions import partitions_conf
from rackwright.fabric.slurm import slurm_topology_conf, slurm_topology_yaml
from rackwright.fabric.svg import render_svg
from rackwright.spec.places import read_document

app = typer.Typer(help="Design, draw and check a GPU fabric.", no_args_is_help=True)

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
    FileKind.TOPOLOGY: slurm_topology_conf,
    FileKind.TOPOLOGY_YAML: slurm_topology_yaml,
    FileKind.IBNET: ibnet_file,
}


@app.command("design")
@of_a_fabric
def show_design(site: SiteFabric, as_json: Json = False) -> None:
    """Switches, cables, tiers and bandwidth of the smallest fabric that serves NODES nodes."""
    found = figures(site.design)
    if as_json:
        emit_json(found)
        return
    table = Table("Part", "Figure", title=f"Fabric of {site.design.nodes} nodes", title_justify="left")
    for name, figure in found.items():
        table.add_row(name, _words(figure))
    out.print(table)


def _words(figure: object) -> str:
    if isinstance(figure, dict):
        return ", ".join(f"{name} {value}" for name, value in figure.items())
    return ", ".join(map(str, figure)) if isinstance(figure, list) else "-" if figure is None else str(figure)


@app.command()
@of_a_fabric
def diagram(
    site: SiteFabric,
    racks: Annotated[
        bool, typer.Option("--racks", help="Draw the racks with what is in them; large sites give several files.")
    ] = False,
    output: Output = None,
) -> None:
    """Draw the fabric, or its racks, as SVG."""
    if racks:
        _put_pages(list(elevation_pages(site.design)), output)
    else:
        _put(render_svg(site.design), output)


@app.command()
@of_a_fabric
def bom(
    site: SiteFabric,
    *,
    pue: Annotated[float, typer.Option("--pue", min=1.0, help="Power usage effectiveness of the site.")] = 1.25,
    prices: Annotated[
        Path | None, typer.Option("--prices", help="YAML file with your prices in US dollars by part name.")
    ] = None,
    usd_per_kwh: Annotated[float | None, typer.Option("--usd-per-kwh", min=0.0, help="Tariff of electricity.")] = None,
    as_json: Json = False,
) -> None:
    """Bill of materials: switches, cables by length, transceivers; power, and cost at your prices."""
    bill = bill_of_materials(site.design)
    power = power_bill(site.design, bill, pue=pue)
    cost = cost_bill(bill, _prices(prices), power=power, usd_per_kwh=usd_per_kwh)
    if as_json:
        watts = asdict(power) | {"it_kw": power.it_kw, "facility_kw": power.facility_kw}
        emit_json({"parts": [asdict(line) for line in bill], "power": watts, "cost": asdict(cost)})
        return
    out.print(bill_table(bill))
    unknown = f"; not known for {', '.join(power.not_known)}" if power.not_known else ""
    out.print(_cost_words(cost), soft_wrap=True)
    out.print(f"power {power.it_kw:,.1f} kW IT, {power.facility_kw:,.1f} kW at PUE {pue:g}{unknown}", soft_wrap=True)


def _cost_words(cost: CostBill) -> str:
    energy = "" if cost.energy_usd_per_year is None else f", energy {cost.energy_usd_per_year:,.0f} USD a year"
    missing = f"; no price for {', '.join(cost.not_priced)} (--prices)" if cost.not_priced else ""
    parts = f"{cost.parts_usd:,.0f} USD" if cost.parts_usd else "not known"
    return f"cost of parts {parts}{energy}{missing}"


def _prices(path: Path | None) -> dict[str, float]:
    """Prices by part name from a YAML file; makers publish none, so the catalog has none."""
    if path is None:
        return {}
    document, _ = read_document(_read(path), str(path))
    wrong = [name for name, usd in document.items() if isinstance(usd, bool) or not isinstance(usd, int | float)]
    if wrong:
        raise InputError(f"no price in dollars: {', '.join(wrong)}", where=str(path), hint="write 'qm9700: 25000'")
    return {name: float(str(usd)) for name, usd in document.items()}


def bill_table(bill: list[BillLine]) -> Table:
    """Bill of materials, one row a part."""
    columns = list(asdict(bill[0])) if bill else ["part", "count"]
    table = Table(*columns, title="Bill of materials", title_justify="left")
    for line in bill:
        table.add_row(*("" if value is None else str(value) for value in asdict(line).values()))
    return table


@app.command()
@of_a_fabric
def cables(site: SiteFabric, output: Output = None) -> None:
    """Port-to-port cable map as CSV, with racks and lengths."""
    _put(cable_csv(site.design), output)


@app.command("file")
@of_a_fabric
def write_file(
    site: SiteFabric,
    kind: Annotated[FileKind, typer.Argument(help="Which file.")],
    *,
    discovered: Annotated[
        Path | None, typer.Option("--discovered", help="Output of ibnetdiscover, for the port GUIDs of partitions.")
    ] = None,
    output: Output = None,
) -> None:
    """Configuration for the subnet manager, for Slurm, or for the subnet simulator."""
    known = None if discovered is None else port_guids(_read(discovered))
    if kind is FileKind.PARTITIONS:
        if known is None:
            say("the port GUIDs are those of the subnet simulator; --discovered takes the real ones")
        _put(partitions_conf(site.design, site.tenants, known), output)
    else:
        _put(FILES[kind](site.design), output)


@app.command("check")
@of_a_fabric
def check_fabric(
    site: SiteFabric,
    discovered: Annotated[Path, typer.Argument(help="Output of ibnetdiscover; - reads standard input.")],
    as_json: Json = False,
) -> None:
    """Compare a discovered fabric with the design; a wrong cable is named with both ends. Exit 2 on a difference."""
    found = compare(site.design, _read(discovered))
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
