"""Switches, cables and transceivers of GPU fabrics: a typed view of ``data/switches.yaml`` and ``data/cables.yaml``."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from typing import Literal

from pydantic import BaseModel, ConfigDict, PositiveFloat, PositiveInt, TypeAdapter

from rackwright.catalog.source import Source, read_data
from rackwright.diagnostics import InputError


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Switch(_Model):
    """One switch model."""

    name: str
    title: str
    protocol: Literal["infiniband", "ethernet"]
    link: str
    """Width and speed as ``ibnetdiscover`` prints them (``4xNDR``), or the Ethernet speed."""
    radix: PositiveInt
    """Logical ports at `port_gbps`."""
    port_gbps: PositiveInt
    ports_per_cage: PositiveInt
    links_per_cable: PositiveInt
    """Links between two switches that one cable carries."""
    uplinks: int = 0
    """Faster ports besides `radix` (management switches)."""
    uplink_gbps: int = 0
    rack_units: PositiveInt
    watts_typical: PositiveFloat | None
    watts_max: PositiveFloat | None
    sharp: str | None
    """Generation of in-network reduction, None where it has none."""
    uncertain: tuple[str, ...] = ()
    """Fields that `source` does not state; a later reader should confirm them."""
    source: Source


class Cable(_Model):
    """One family of cables in its stocked lengths."""

    name: str
    title: str
    port_gbps: PositiveInt
    protocol: Literal["infiniband", "ethernet", "any"] = "any"
    medium: Literal["copper", "active-optical", "fibre"]
    transceiver: str | None = None
    """What sits in every cage at both ends; None where the cable brings its own ends."""
    lengths_m: tuple[PositiveFloat, ...]
    """Stocked lengths, shortest first."""
    uncertain: tuple[str, ...] = ()
    source: Source

    @property
    def reach_m(self) -> float:
        """Longest stocked length, in metres."""
        return max(self.lengths_m)

    def stocked(self, run_m: float) -> float:
        """Shortest stocked length that covers `run_m` metres; StopIteration beyond `reach_m`."""
        return next(length for length in self.lengths_m if length >= run_m)


class Transceiver(_Model):
    """One optical module."""

    name: str
    title: str
    ports: PositiveInt
    """Links it carries."""
    reach_m: PositiveFloat
    watts: PositiveFloat
    uncertain: tuple[str, ...] = ()
    source: Source


class _CableFile(_Model):
    cables: tuple[Cable, ...]
    transceivers: tuple[Transceiver, ...]


@cache
def switches() -> dict[str, Switch]:
    """Every switch of the catalog by name."""
    rows = TypeAdapter(tuple[Switch, ...]).validate_python(read_data("switches.yaml"))
    return {row.name: row for row in rows}


@cache
def _cable_file() -> _CableFile:
    return _CableFile.model_validate(read_data("cables.yaml"))


def cables() -> tuple[Cable, ...]:
    """Every cable family, in file order (shortest reach first within a speed)."""
    return _cable_file().cables


@cache
def transceivers() -> dict[str, Transceiver]:
    """Every transceiver by name."""
    return {row.name: row for row in _cable_file().transceivers}


def switch(name: str) -> Switch:
    """Switch called `name`; `InputError` with the nearest names when the catalog has none."""
    known = switches()
    if name not in known:
        near = get_close_matches(name, known, n=3) or sorted(known)
        raise InputError(f"the catalog has no switch {name!r}", where="fabric.switch", hint=f"try {', '.join(near)}")
    return known[name]


def cable_for(run_m: float, port_gbps: int, protocol: str) -> Cable:
    """First cable family of that speed which reaches `run_m` metres; `InputError` when none does."""
    fitting = [c for c in cables() if c.port_gbps == port_gbps and c.protocol in (protocol, "any")]
    for family in fitting:
        if family.reach_m >= run_m:
            return family
    most = max((family.reach_m for family in fitting), default=0.0)
    raise InputError(
        f"a run of {run_m:.1f} m is longer than any {port_gbps} Gb/s cable of the catalog (at most {most:g} m)",
        where="fabric.layout",
        hint="bring the racks closer together (fewer racks per row, smaller row pitch)",
    )
