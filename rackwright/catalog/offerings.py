"""In which zones AWS offers a machine: a typed view of ``data/offerings.json``, read only by who asks."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from importlib import resources

from rackwright.catalog.model import Record, Source


class Offering(Record):
    """Zones that offer a machine, by region. A zone that offers it need not have it free."""

    machine: str
    zones: Mapping[str, tuple[str, ...]]
    """Region -> ids of its zones."""
    source: Source


@functools.cache
def offerings() -> Mapping[str, Offering]:
    """Every offering, by machine; machines that are sold outside this list (UltraServers) are not in it."""
    text = resources.files("rackwright.catalog").joinpath("data", "offerings.json").read_text(encoding="utf-8")
    document = json.loads(text)
    rows = [Offering(**{**row, "source": document["sources"][row["source"]]}) for row in document["records"]]
    return {row.machine: row for row in rows}


def zones_with(machine: str, region: str) -> tuple[str, ...]:
    """Zones of `region` that offer `machine`; empty when none does, or nothing is known."""
    found = offerings().get(machine)
    return found.zones.get(region, ()) if found else ()
