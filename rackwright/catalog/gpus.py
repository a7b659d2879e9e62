"""How a GPU can be divided: where MIG instances may lie, whether a layout fits, and how many vGPUs of a size there are.

Placements are those that NVML reports (``nvidia-smi mig -lgipp``): so many memory slices from one of them on.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from rackwright.catalog.model import Gpu, MigProfile, Record
from rackwright.catalog.software import Origin, read_origins, read_yaml, with_origins
from rackwright.diagnostics import InputError


class Starts(Record):
    """Memory slices at which an instance of one shape may start."""

    slices: int
    memory_slices: int
    at: tuple[int, ...]


class Geometry(Record):
    """How a family of GPUs is divided."""

    name: str
    compute_slices: int
    memory_slices: int
    starts: tuple[Starts, ...]
    origin: Origin


@dataclass(frozen=True, slots=True, order=True)
class Placement:
    """Place of one MIG instance."""

    start: int
    """First memory slice."""
    size: int
    """Memory slices."""
    profile: str

    @property
    def covers(self) -> frozenset[int]:
        """Memory slices that it takes."""
        return frozenset(range(self.start, self.start + self.size))


@dataclass(frozen=True, slots=True)
class VgpuSize:
    """A vGPU type by its size."""

    suffix: str
    """``20c``."""
    memory_gb: int
    series: Literal["a", "b", "c", "q"]
    """Applications, virtual PC, compute, or virtual workstation; each has its own licence."""
    most: int
    """How many share one GPU (time-sliced)."""


@functools.cache
def load_geometries() -> tuple[Geometry, ...]:
    """Geometries that ship with the program; read once."""
    document = read_yaml("gpus")
    items = with_origins(document["geometries"], read_origins(document))
    return tuple(Geometry.model_validate(item) for item in items)


def geometry_of(gpu: Gpu) -> Geometry | None:
    """Geometry of `gpu`; None when it cannot be divided by MIG."""
    whole = max((profile.memory_slices for profile in gpu.mig), default=0)
    return next((geometry for geometry in load_geometries() if geometry.memory_slices == whole), None)


def placements(gpu: Gpu, profile: str) -> tuple[Placement, ...]:
    """Everywhere that an instance of `profile` may lie on `gpu`. InputError if the GPU has no such profile."""
    shape, geometry = _profile(gpu, profile), geometry_of(gpu)
    found = geometry.starts if geometry is not None else ()
    return tuple(
        Placement(start, shape.memory_slices, profile)
        for starts in found
        if (starts.slices, starts.memory_slices) == (shape.slices, shape.memory_slices)
        for start in starts.at
    )


def arrange(gpu: Gpu, profiles: Sequence[str]) -> tuple[Placement, ...] | None:
    """Places for one instance of each of `profiles` on one `gpu`, by start; None when they do not fit together.

    The answer does not depend on the order of `profiles`. InputError for a profile that the GPU does not have.
    """
    geometry = geometry_of(gpu)
    wanted = sorted(profiles, key=lambda name: (-_profile(gpu, name).memory_slices, name))
    if geometry is None or sum(_profile(gpu, name).slices for name in wanted) > geometry.compute_slices:
        return () if not wanted else None
    choices = [placements(gpu, name) for name in wanted]
    return next((tuple(sorted(found)) for found in _arrangements(choices, frozenset())), None)


def mig_parts(layout: str) -> list[tuple[int, str]]:
    """Counts and profiles of a MIG layout as a spec writes it; 0 stands for as many as fit, ``none`` is empty."""
    found = []
    for part in layout.split("+") if layout != "none" else ():
        count, times, profile = part.strip().partition("x")
        found.append((int(count), profile) if times and count.isdigit() else (0, part.strip()))
    return found


def mig_counts(gpu: Gpu, layout: str) -> dict[str, int]:
    """Profile -> instances on each `gpu` under `layout`; a profile without a count fills what is left.

    InputError for a profile that the GPU does not have or a layout that does not fit.
    """
    counts: dict[str, int] = {}
    for count, profile in sorted(mig_parts(layout), key=lambda part: part[0] == 0):
        counts[profile] = counts.get(profile, 0) + (count or _room(gpu, counts, profile))
    if arrange(gpu, [name for name, count in counts.items() for _ in range(count)]) is None:
        raise InputError(f"MIG layout '{layout}' does not fit one {gpu.title}", hint="fewer or smaller instances")
    return dict(sorted(counts.items()))


def _room(gpu: Gpu, counts: Mapping[str, int], profile: str) -> int:
    """How many instances of `profile` fit beside `counts`; at least one, so that a full GPU is told."""
    beside = [name for name, count in counts.items() for _ in range(count)]
    most = _profile(gpu, profile).most
    return max((n for n in range(1, most + 1) if arrange(gpu, [*beside, *[profile] * n]) is not None), default=1)


def _arrangements(choices: Sequence[Sequence[Placement]], taken: frozenset[int]) -> Iterator[tuple[Placement, ...]]:
    if not choices:
        yield ()
        return
    for placement in choices[0]:
        if taken.isdisjoint(placement.covers):
            for rest in _arrangements(choices[1:], taken | placement.covers):
                yield (placement, *rest)


def _profile(gpu: Gpu, name: str) -> MigProfile:
    known = {profile.name: profile for profile in gpu.mig}
    if name in known:
        return known[name]
    raise InputError(
        f"{gpu.title} has no MIG profile '{name}'",
        hint=f"it has {', '.join(known)}" if known else "it cannot be divided by MIG",
    )


def vgpu_sizes(gpu: Gpu) -> tuple[VgpuSize, ...]:
    """The vGPU types of `gpu`, as its catalog record lists them; `most` is memory divided by size, rounded down."""
    return tuple(_vgpu(gpu, suffix) for suffix in gpu.vgpu)


def _vgpu(gpu: Gpu, suffix: str) -> VgpuSize:
    memory, letter = int(suffix[:-1]), suffix[-1]
    series: dict[str, Literal["a", "b", "c", "q"]] = {"a": "a", "b": "b", "c": "c", "q": "q"}
    return VgpuSize(suffix, memory, series[letter], most=int(gpu.memory_gb // memory))
