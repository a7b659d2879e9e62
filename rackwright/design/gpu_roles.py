"""Which GPU and container roles the nodes of a pool run, from the spec and what the machine is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from rackwright.catalog import Machine
from rackwright.catalog.operating_systems import system_of
from rackwright.design.node_software import package_source
from rackwright.spec.cluster import ClusterSpec
from rackwright.spec.pools import PoolSpec

_LEADING = frozenset({"ubuntu-22.04", "ubuntu-24.04", "rocky-9"})
NVIDIA_HAS: Mapping[str, frozenset[str]] = {
    "dcgm": _LEADING | {"debian-12"},
    "nccl": _LEADING | {"debian-13"},
    "nsight": _LEADING | {"debian-12", "debian-13"},
    "acceptance_tools": _LEADING,
}
"""Role -> systems for which somebody packages what it installs: NVIDIA, or for NCCL Debian 13 itself.
The software catalog says the same of the packages (a test compares them)."""

NEED_CONTAINERS = frozenset({"container_runtime", "ngc"})
"""Roles that a spec without containers leaves out."""


def without_unwanted(spec: ClusterSpec, roles: Iterable[str]) -> tuple[str, ...]:
    """`roles` without those of containers where the spec wants none."""
    return tuple(role for role in roles if spec.software.containers != "none" or role not in NEED_CONTAINERS)


def gpu_roles(spec: ClusterSpec, pool: PoolSpec, machine: Machine, *, slurm: bool) -> tuple[str, ...]:
    """GPU and container roles of a pool beside those that every node of its kind has.

    What a rehearsal cannot have, because only NVIDIA's repositories hold it, is left out there.
    """
    if pool.role != "gpu":
        return ("pyxis",) if pool.role in {"control", "login"} and _in_containers(spec, slurm=slurm) else ()
    wanted = {*_of_the_gpus(pool), *_of_the_spec(spec)}
    if spec.target.kind != "local":
        wanted |= {*_of_the_machine(machine), *_of_vendors(spec, slurm=slurm)}
    return tuple(sorted(wanted))


def _of_the_gpus(pool: PoolSpec) -> Iterator[str]:
    if pool.mig_layout != "none":
        yield "mig"
    if pool.gpus.vgpu:
        yield "vgpu"


def _of_the_spec(spec: ClusterSpec) -> Iterator[str]:
    if spec.software.podman:
        yield "podman"


def _of_the_machine(machine: Machine) -> Iterator[str]:
    """Services of NVLink switches; in a rack the switches are managed outside the nodes."""
    if machine.nvswitch in {"nvswitch", "nvlink5-switch"}:
        yield "fabric_manager"
    if machine.nvswitch == "rack":
        yield "imex"


def _of_vendors(spec: ClusterSpec, *, slurm: bool) -> Iterator[str]:
    """What comes from repositories of vendors; NVIDIA has DCGM and its compiler for some systems only."""
    software, system = spec.software, system_of(spec.software.os, spec.target.kind).name
    offered = {role for role, systems in NVIDIA_HAS.items() if system in systems}
    if "nccl" in offered:
        yield "nccl"
    if package_source(spec) == "nvidia":
        yield "nvidia_repository"
    yield from (role for role, wish in {"cudnn": software.cudnn, "tensorrt": software.tensorrt}.items() if wish)
    wished = {"dcgm": True, "nsight": software.profilers, "acceptance_tools": software.acceptance_tools}
    yield from (role for role, wish in wished.items() if wish and role in offered)
    if software.containers == "docker":
        yield "docker"
    if _in_containers(spec, slurm=slurm):
        yield from ("enroot", "pyxis")


def _in_containers(spec: ClusterSpec, *, slurm: bool) -> bool:
    """Whether Slurm's jobs run in containers: as asked, else where a mirror has the packages."""
    asked = None if spec.slurm is None else spec.slurm.pyxis
    wanted = package_source(spec) == "mirror" if asked is None else asked
    return slurm and wanted and spec.software.containers != "none" and spec.target.kind != "local"
