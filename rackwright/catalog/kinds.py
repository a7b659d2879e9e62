"""Everything that the catalog knows, by kind and name, and which of its facts lack a source."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from rackwright.catalog.fabric import cables, switches, transceivers
from rackwright.catalog.floors import load_acceptance_floors
from rackwright.catalog.load import load_catalog
from rackwright.catalog.ngc import load_ngc
from rackwright.catalog.security import Fix, load_floors
from rackwright.catalog.software import load_software
from rackwright.catalog.systems import systems

KINDS: Mapping[str, Callable[[], Mapping[str, BaseModel]]] = {
    "machines": lambda: load_catalog().machines,
    "gpus": lambda: load_catalog().gpus,
    "systems": systems,
    "switches": switches,
    "cables": lambda: {cable.name: cable for cable in cables()},
    "transceivers": transceivers,
    "software": lambda: load_software().products,
    "ngc": lambda: load_ngc().artefacts,
    "bundles": lambda: load_ngc().bundles,
}
"""Name of a kind -> its records by name."""


def records() -> Iterator[tuple[str, str, BaseModel]]:
    """(kind, name, record) of everything: what has a name, prices, acceptance floors, security bulletins."""
    for kind, read in KINDS.items():
        yield from ((kind, name, record) for name, record in read().items())
    for (item, region), price in load_catalog().prices.items():
        yield "prices", f"{item} in {region}", price
    for floor in load_acceptance_floors():
        yield "floors", f"{floor.machines[0]}, from {floor.nodes.first} nodes", floor
    for fix in load_floors().fixes:
        yield "bulletins", f"{fix.product} {fix.fixed}, {fix.bulletin}", fix


def named(name: str) -> dict[str, BaseModel]:
    """Records called `name` by kind; the same GPU system is both a machine and a system."""
    return {kind: found[name] for kind, read in KINDS.items() if name in (found := read())}


def sources_of(record: BaseModel) -> Iterator[Any]:
    """Every source or origin in a record, however deep."""
    for field in type(record).model_fields:
        value = getattr(record, field)
        if field in {"source", "origin"} and isinstance(value, BaseModel):
            yield value
        elif isinstance(value, BaseModel):
            yield from sources_of(value)
        elif isinstance(value, tuple):
            for item in value:
                yield from sources_of(item) if isinstance(item, BaseModel) else ()


def without_source(record: BaseModel) -> bool:
    """Whether nothing in `record` says where and when it was read."""
    if isinstance(record, Fix):
        return not record.url.startswith("https://")
    return not any(str(one.url).startswith(("https://", "pkg:")) and one.read_on for one in sources_of(record))


def unsure(record: BaseModel) -> tuple[str, ...]:
    """Facts of `record` that were not read at the stated source, or why one of them needs another look."""
    fields: tuple[str, ...] = getattr(record, "uncertain", ())
    return (*fields, *(one.uncertain for one in sources_of(record) if getattr(one, "uncertain", None)))
