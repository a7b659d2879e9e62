"""Which scheduler has which nodes. Pure."""

from __future__ import annotations

from rackwright.spec.cluster import ClusterSpec


def under_slurm(spec: ClusterSpec, pool: str) -> bool:
    """Whether Slurm runs on the nodes of `pool`."""
    if spec.scheduler.kind == "split":
        return pool in spec.scheduler.slurm_pools or spec.pools[pool].role in {"control", "login"}
    return spec.scheduler.kind == "slurm"
