"""GPU systems bought as a whole: DGX and HGX nodes, NVL72 racks; a typed view of ``data/systems.yaml``."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from typing import Literal

from pydantic import BaseModel, ConfigDict, PositiveFloat, PositiveInt, TypeAdapter

from rackwright.catalog.source import Source, read_data
from rackwright.diagnostics import InputError


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class NvLink(_Model):
    """How the GPUs of one NVLink domain reach each other."""

    generation: PositiveInt
    gbytes_per_s: PositiveFloat
    """Per GPU, both directions together."""
    switches: int
    """NVSwitch chips in the domain; 0 where GPUs are linked directly."""
    domain_gpus: PositiveInt


class Nics(_Model):
    """Network adapters of one kind in a node."""

    model: str
    count: PositiveInt
    """Ports on the fabric."""
    gbps: PositiveInt
    """Speed of one port."""
    ports_per_cage: PositiveInt = 1
    """Adapter ports that one connector of the chassis serves."""
    use: Literal["compute", "storage"]


class FabricChoice(_Model):
    """A switch that carries this system's compute fabric."""

    switch: str
    planes: PositiveInt = 1
    """Separate fabrics that one adapter port is split over (a 800 Gb/s port as two of 400)."""


class Drivers(_Model):
    """Driver branches for the GPUs of the system."""

    module: Literal["closed", "open", "either"]
    """Which kernel module they accept; Volta knows only the closed one, Blackwell only the open one."""
    first: PositiveInt
    """First branch that supports them."""
    last: PositiveInt | None = None
    """Last one; None while support goes on."""


class Chassis(_Model):
    """Several nodes sold as one rack."""

    nodes: PositiveInt
    rack_units: PositiveInt
    power_kw: PositiveFloat
    weight_kg: PositiveFloat | None = None


class System(_Model):
    """One node as it is bought; in an NVL72 the node is a compute tray."""

    name: str
    title: str
    architecture: Literal["x86_64", "arm64"]
    gpus: PositiveInt
    gpu: str
    gpu_memory_gb: PositiveInt
    compute_capability: str
    nvlink: NvLink
    nics: tuple[Nics, ...]
    fabrics: tuple[FabricChoice, ...]
    """The first one is the default."""
    power_kw: PositiveFloat | None
    """Greatest draw of one node; None where the server around the board decides it."""
    rack_units: PositiveInt | None
    weight_kg: PositiveFloat | None
    cooling: Literal["air", "liquid", "either"]
    chassis: Chassis | None = None
    drivers: Drivers
    fabric_services: tuple[Literal["fabricmanager", "nvlsm", "imex"], ...]
    """Host services that the NVLink domain needs, each at exactly the driver's version."""
    uncertain: tuple[str, ...] = ()
    """Fields that `source` does not state; a later reader should confirm them."""
    source: Source

    @property
    def compute(self) -> Nics:
        """The adapters on the compute fabric."""
        return next(nics for nics in self.nics if nics.use == "compute")

    @property
    def storage(self) -> Nics | None:
        """The adapters for storage and in-band management, where the system has its own."""
        return next((nics for nics in self.nics if nics.use == "storage"), None)

    @property
    def rails(self) -> int:
        """Compute ports of one node; each is a rail of the fabric."""
        return self.compute.count


@cache
def systems() -> dict[str, System]:
    """Every system of the catalog by name."""
    rows = TypeAdapter(tuple[System, ...]).validate_python(read_data("systems.yaml"))
    return {row.name: row for row in rows}


def system(name: str) -> System:
    """System called `name`; `InputError` with the nearest names when the catalog has none."""
    known = systems()
    if name not in known:
        near = get_close_matches(name, known, n=3) or sorted(known)
        raise InputError(f"the catalog has no system {name!r}", where="fabric.system", hint=f"try {', '.join(near)}")
    return known[name]
