"""Cost and power of the cluster with every pool at its largest; what is not known is named, never taken as nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from rackwright.catalog import Catalog, Price
from rackwright.design.model import Cost, Pool, Power, Storage
from rackwright.spec.cluster import ClusterSpec

HOURS_PER_MONTH = 730
"""As AWS counts. Source: https://aws.amazon.com/calculator/calculator-assumptions/, read 2026-11-21."""

GB_PER_GIB = 1.0
"""AWS bills GiB under the name GB. Source: https://aws.amazon.com/fsx/lustre/pricing/, read 2026-11-21."""


def cost_of(spec: ClusterSpec, pools: Sequence[Pool], storage: Sequence[Storage], catalog: Catalog) -> Cost:
    """On-demand price per hour, by pool and for the storage, with the list of what has no price."""
    region = getattr(spec.target, "region", None) or ""
    by_pool = {pool.name: pool.usd_per_hour * pool.max_nodes for pool in pools if pool.usd_per_hour is not None}
    stored = {item.name: _storage_price(item, region, catalog) for item in storage}
    known = {name: usd for name, usd in stored.items() if usd is not None}
    unknown = [pool.name for pool in pools if pool.usd_per_hour is None] + [n for n in stored if n not in known]
    total = sum(by_pool.values()) + sum(known.values())
    return Cost(
        usd_per_hour=round(total, 4),
        by_pool={name: round(usd, 4) for name, usd in by_pool.items()},
        storage_usd_per_hour=round(sum(known.values()), 4),
        not_priced=tuple(unknown),
        priced_on=_oldest(pools, region, catalog),
    )


def price_item(item: Storage) -> str | None:
    """Name of the price of a storage; None for kinds that are billed by use or not at all."""
    if item.kind != "fsx-lustre":
        return None
    base = f"fsx-lustre-{(item.deployment or '').lower()}-ssd"
    return f"{base}-{item.throughput_mbps_per_tib}" if item.throughput_mbps_per_tib else base


def _storage_price(item: Storage, region: str, catalog: Catalog) -> float | None:
    if item.kind == "nvme-raid0":
        return 0.0  # part of the machine's price
    name = price_item(item)
    price = catalog.price(name, region) if name else None
    if price is None or price.usd is None or item.capacity_gib is None:
        return None
    return price.usd * item.capacity_gib * GB_PER_GIB / HOURS_PER_MONTH


def _oldest(pools: Sequence[Pool], region: str, catalog: Catalog) -> str:
    used: list[Price] = [price for pool in pools if (price := catalog.price(pool.machine, region))]
    dates: list[dt.date] = [price.source.read_on for price in used]
    return min(dates).isoformat() if dates else ""


def power_of(spec: ClusterSpec, pools: Sequence[Pool]) -> Power:
    """Power at full load. Pools without a published figure are named."""
    kilowatts = sum(pool.watts * pool.max_nodes for pool in pools if pool.watts is not None) / 1000
    return Power(
        it_kw=round(kilowatts, 3),
        facility_kw=round(kilowatts * spec.power.pue, 3),
        pue=spec.power.pue,
        not_known=tuple(pool.name for pool in pools if pool.watts is None),
        estimated=tuple(pool.name for pool in pools if pool.watts is not None and pool.watts_of),
    )
