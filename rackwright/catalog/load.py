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
from typing import Literal, TypeVar

from rackwright.catalog.fabric import switch
from rackwright.catalog.model import Gpu, Host, Machine, Price, Record, Source
from rackwright.catalog.systems import System, systems
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
    machines = (*_read("aws", Machine), *_read("servers", Machine), *_systems())
    return Catalog(
        machines=_by_name(machines),
        gpus=_by_name(_read("gpus", Gpu)),
        prices={(price.item, price.region): price for price in _read("prices", Price)},
    )


def _systems() -> list[Machine]:
    """Every GPU system: what `rackwright.catalog.systems` knows, with the processors, memory and drives of the host."""
    hosts = {host.name: host for host in _read("hosts", Host)}
    return [_system(system, hosts[name]) for name, system in systems().items() if name in hosts]


def _system(system: System, host: Host) -> Machine:
    fabrics = {switch(choice.switch).protocol for choice in system.fabrics}
    return Machine(
        name=system.name,
        kind="system",
        architecture=system.architecture,
        vcpus=host.vcpus,
        memory_gib=host.memory_gib,
        gpus=system.gpus,
        gpu_model=system.gpu,
        accelerator="nvidia",
        nvswitch=_nvswitch(system),
        nvlink_domain_nodes=system.chassis.nodes if system.chassis else 1,
        nvme_devices=host.nvme_devices,
        nvme_gb=host.nvme_gb,
        nics=system.rails,
        nic_gbps=system.compute.gbps,
        fabric="either" if len(fabrics) > 1 else "infiniband" if "infiniband" in fabrics else "roce",
        watts=system.power_kw * 1000 if system.power_kw else None,
        rack_units=system.rack_units,
        weight_kg=system.weight_kg,
        cooling="liquid" if system.cooling == "liquid" else "air",
        gpus_per_rack=system.gpus * system.chassis.nodes if system.chassis else None,
        min_branch=system.drivers.first,
        max_branch=system.drivers.last,
        uncertain=(*system.uncertain, *host.uncertain),
        source=Source(url=str(system.source.url), read_on=system.source.read_on),
    )


def _nvswitch(system: System) -> Literal["none", "nvswitch", "nvlink5-switch", "rack"]:
    services = system.fabric_services
    if "imex" in services:
        return "rack"
    return "nvlink5-switch" if "nvlsm" in services else "nvswitch" if "fabricmanager" in services else "none"


def _by_name(records: Iterable[_N]) -> dict[str, _N]:
    return {record.name: record for record in records}


def _read(name: str, record: type[_R]) -> list[_R]:
    text = resources.files("rackwright.catalog").joinpath("data", f"{name}.json").read_text(encoding="utf-8")
    document = json.loads(text)
    return [record.model_validate(_sourced(item, document["sources"])) for item in document["records"]]


def _sourced(item: dict[str, object], sources: Mapping[str, object]) -> dict[str, object]:
    """`item` with its source written out; files name each source once."""
    return {**item, "source": sources[str(item["source"])]}
