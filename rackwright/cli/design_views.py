"""Designs as tables and lines; pure."""

from __future__ import annotations

from collections.abc import Iterator

from rich.table import Table

from rackwright.design.model import Design


def fabric_lines(design: Design) -> Iterator[str]:
    """Size, cost, power, fabric and addresses of `design`, one line each."""
    gpus = sum(pool.gpus * pool.max_nodes for pool in design.pools)
    nodes = sum(pool.max_nodes for pool in design.pools)
    yield f"nodes     {nodes} at most, {gpus} GPUs"
    cost, power, fabric = design.cost, design.power, design.fabric
    gap = f"; no price for {', '.join(cost.not_priced)}" if cost.not_priced else ""
    yield f"cost      ${cost.usd_per_hour:,.2f} per hour at list prices of {cost.priced_on}{gap}"
    unknown = f"; not known for {', '.join(power.not_known)}" if power.not_known else ""
    yield f"power     {power.it_kw:,.1f} kW IT, {power.facility_kw:,.1f} kW at PUE {power.pue:g}{unknown}"
    yield f"fabric    {fabric.kind}, {fabric.per_node_gbps:,.0f} Gbps per node, {fabric.endpoints:,} NIC ports"
    yield f"addresses {design.network.cidr} in {len(design.network.subnets)} subnets"


def pool_table(design: Design) -> Table:
    """Pools of `design`, one row each."""
    table = Table(
        "Pool", "Nodes", "Machine", "GPUs", "NICs", "Addresses", "$/h each", title="Pools", title_justify="left"
    )
    for pool in design.pools:
        nodes = str(pool.max_nodes) if pool.min_nodes == pool.max_nodes else f"{pool.min_nodes}-{pool.max_nodes}"
        price = f"{pool.usd_per_hour:,.2f}" if pool.usd_per_hour is not None else "not known"
        gpus = f"{pool.gpus} x {pool.gpu_model}" if pool.gpus else "-"
        table.add_row(pool.name, nodes, pool.machine, gpus, str(len(pool.nics)), str(pool.addresses_per_node), price)
    return table


def subnet_table(design: Design) -> Table:
    """Subnets of `design`, one row each."""
    table = Table("Subnet", "Tier", "Zone", "CIDR", "Usable", title="Addresses", title_justify="left")
    for subnet in design.network.subnets:
        table.add_row(subnet.name, subnet.tier, subnet.zone_id, subnet.cidr, f"{subnet.usable_addresses:,}")
    return table
