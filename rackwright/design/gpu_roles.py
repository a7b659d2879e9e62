"""Which GPU and container roles the nodes of a pool run, from the spec and what the machine is."""

from __future__ import annotations

from collections.abc import Iterator

from rackwright.catalog import Machine
from rackwright.design.node_software import package_source
from rackwright.spec.cluster import ClusterSpec
from rackwright.spec.pools import PoolSpec


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
    software = spec.software
    if software.podman:
        yield "podman"
    if software.containers == "docker":
        yield "docker"
    wanted = {"cudnn": software.cudnn, "tensorrt": software.tensorrt, "nccl": software.nccl, "dcgm": software.dcgm}
    yield from (role for role, wish in wanted.items() if wish)
    if software.profilers:
        yield "nsight"


def _of_the_machine(machine: Machine) -> Iterator[str]:
    """Services of NVLink switches; in a rack the switches are managed outside the nodes."""
    if machine.nvswitch in {"nvswitch", "nvlink5-switch"}:
        yield "fabric_manager"
    if machine.nvswitch == "rack":
        yield "imex"


def _of_vendors(spec: ClusterSpec, *, slurm: bool) -> Iterator[str]:
    yield from ("dcgm", "nccl")
    if package_source(spec) == "nvidia":
        yield "nvidia_repository"
    if spec.software.acceptance_tools:
        yield "acceptance_tools"
    if _in_containers(spec, slurm=slurm):
        yield from ("enroot", "pyxis")


def _in_containers(spec: ClusterSpec, *, slurm: bool) -> bool:
    """Whether Slurm's jobs run in containers."""
    wanted = spec.software.containers != "none" and (spec.slurm is None or spec.slurm.pyxis)
    return slurm and wanted and spec.target.kind != "local"
