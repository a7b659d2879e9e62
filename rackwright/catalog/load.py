"""Loading the catalog: JSON files beside this module (one record per line), read once, checked by type.

JSON rather than YAML because every command loads the catalog: the standard library's reader takes about a millisecond
for all files, a pure-Python YAML reader a second.
"""

from __future__ import annotations

import difflib
import functools
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import TypeVar

from rackwright.catalog.model import Gpu, Machine, Price, Record
from rackwright.diagnostics import InputError

_R = TypeVar("_R", bound=Record)
_N = TypeVar("_N", Machine, Gpu)


@dataclass(frozen=True)
class Catalog:
    """Everything the program knows about hardware and prices."""

    machines: Mapping[str, Machine]
    gpus: Mapping[str, Gpu]
    prices: Mapping[tuple[str, str], Price]
    """(item, region) -> price."""

    def machine(self, name: str) -> Machine:
        """Machine called `name`. InputError with the nearest names when there is none."""
        return _get(self.machines, name, "machine")

    def gpu(self, name: str) -> Gpu:
        """GPU called `name`. InputError with the nearest names when there is none."""
        return _get(self.gpus, name, "GPU")

    def gpu_of(self, machine: Machine) -> Gpu | None:
        """GPU of `machine`; None when it has none, or accelerators that are not NVIDIA's."""
        return self.gpus.get(machine.gpu_model) if machine.gpu_model else None

    def price(self, item: str, region: str) -> Price | None:
        """Price of `item` in `region`; None when the catalog does not know it, which is not the same as free."""
        price = self.prices.get((item, region))
        return price if price is not None and price.usd is not None else None


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The name among `known` that `name` was probably meant to be."""
    found = difflib.get_close_matches(name, list(known), n=1)
    return found[0] if found else None


def _get(table: Mapping[str, _R], name: str, noun: str) -> _R:
    if name in table:
        return table[name]
    near = nearest(name, table)
    raise InputError(
        f"the catalog has no {noun} '{name}'",
        hint=f"did you mean '{near}'?" if near else f"see './rw catalog list'; there are {len(table)}",
    )


@functools.cache
def load_catalog() -> Catalog:
    """The catalog that ships with the program; read once."""
    machines = (*_read("aws", Machine), *_read("systems", Machine))
    return Catalog(
        machines=_by_name(machines),
        gpus=_by_name(_read("gpus", Gpu)),
        prices={(price.item, price.region): price for price in _read("prices", Price)},
    )


def _by_name(records: Iterable[_N]) -> dict[str, _N]:
    return {record.name: record for record in records}


def _read(name: str, record: type[_R]) -> list[_R]:
    text = resources.files("rackwright.catalog").joinpath("data", f"{name}.json").read_text(encoding="utf-8")
    document = json.loads(text)
    return [record.model_validate(_sourced(item, document["sources"])) for item in document["records"]]


def _sourced(item: dict[str, object], sources: Mapping[str, object]) -> dict[str, object]:
    """`item` with its source written out; files name each source once."""
    return {**item, "source": sources[str(item["source"])]}
