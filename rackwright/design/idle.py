"""GPUs that nobody uses: which pools are watched, by what figure, and what may happen to their nodes."""

from __future__ import annotations

from rackwright.catalog import Machine
from rackwright.design.elastic import elastic_count
from rackwright.design.governance import IdleWatch
from rackwright.design.kubernetes import managed_pools
from rackwright.spec.cluster import ClusterSpec
from rackwright.spec.pools import PoolSpec

NAMESPACE = "Rackwright"
METRIC = "GPUUtilization"
"""What nodes report of each of their GPUs, in percent, with the cluster and the pool as dimensions."""
PERIOD_S = 300
"""Time between two reports, and what an alarm counts by (our choice: CloudWatch bills each call)."""
ROLE = "gpu_metrics"
"""Ansible role of the nodes that report."""

IDLE_PERCENT = 5.0
"""Our choice: a GPU that holds memory for a job shows a few percent now and then, one that works far more."""


def idle_of(spec: ClusterSpec) -> tuple[IdleWatch, ...]:
    """GPU pools that are watched for idleness; only nodes above a pool's least size may go.

    Where Slurm starts nodes, Slurm stops them (`suspend_after`): a group that took one away would take it from a job.
    """
    minutes = spec.monitoring.idle_after
    if spec.target.kind == "on-prem" or minutes is None:
        return ()
    down = spec.monitoring.idle_action == "scale-down"
    return tuple(
        IdleWatch(
            pool=name,
            minutes=minutes,
            percent=IDLE_PERCENT,
            scale_down=down
            and spec.pools[name].nodes.min < spec.pools[name].nodes.max
            and not elastic_count(spec, name),
        )
        for name in spec.pools_of("gpu")
    )


def suspend_after(spec: ClusterSpec) -> int | None:
    """Minutes after which Slurm stops idle nodes that it started: as asked, else where idle nodes are to go at all."""
    if spec.slurm is None or spec.slurm.suspend_idle is not None:
        return spec.slurm.suspend_idle if spec.slurm else None
    return spec.monitoring.idle_after if spec.monitoring.idle_action == "scale-down" else None


def reports_gpus(spec: ClusterSpec, name: str, pool: PoolSpec, machine: Machine) -> bool:
    """Whether nodes of the pool report how busy their GPUs are: NVIDIA's on AWS, where nodes are ours to configure."""
    ours = spec.target.kind == "aws" and name not in managed_pools(spec)
    return ours and pool.role == "gpu" and machine.accelerator == "nvidia" and spec.monitoring.idle_after is not None
