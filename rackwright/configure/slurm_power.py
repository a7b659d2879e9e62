"""What Slurm is told about nodes that it starts and stops itself, from the design alone. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from rackwright.design.elastic import elastic_lines, elastic_names, elastic_offsets
from rackwright.design.model import Design, Pool

INFINITE = "INFINITE"
"""SuspendTime that never comes; slurm.conf(5)."""

RESUME_TIMEOUT_S = 1800
"""Longest way from asking for a node to its first word. A GPU instance with eight GPUs takes ten minutes to boot, and
first configuration comes on top (our choice)."""

SUSPEND_TIMEOUT_S = 180
"""Longest way from asking to stop a node to its address being free again (our choice: EC2 takes a minute or two)."""

NODES_PER_MINUTE = 300
"""Nodes that Slurm asks for in a minute; EC2 takes two launches a second and the program waits for its turn."""


def elastic_pools(design: Design) -> list[Pool]:
    """Pools with nodes that Slurm starts, in design order."""
    return [pool for pool in design.pools if pool.elastic_cidr is not None]


def names_in(design: Design, pool: Pool) -> list[str]:
    """Nodes of `pool` that Slurm starts."""
    return elastic_names(pool, design.network.subnet(pool.subnet)) if pool.elastic_cidr else []


def saving(design: Design) -> dict[str, object]:
    """How slurmctld saves power: variable `slurm_controller_saving`; empty without elastic pools."""
    if not elastic_pools(design):
        return {}
    idle = design.scheduler.suspend_idle_min
    return {
        "suspend_time": INFINITE if idle is None else idle * 60,
        "resume_timeout_s": RESUME_TIMEOUT_S,
        "suspend_timeout_s": SUSPEND_TIMEOUT_S,
        "rate_per_minute": NODES_PER_MINUTE,
    }


def started_nodes(design: Design, facts: Mapping[str, Mapping[str, object]]) -> list[dict[str, object]]:
    """Lines of slurm.conf for the nodes that Slurm starts; `facts` has CPUs, memory and GPUs of each pool's nodes."""
    return [
        {"names": line.names, "addresses": line.addresses, **facts[pool.name]}
        for pool in elastic_pools(design)
        for line in elastic_lines(pool, design.network.subnet(pool.subnet))
    ]


def power_variables(design: Design) -> dict[str, object]:
    """Variables of role slurm_power: the settings of `rackwright.elastic`, without pools where none is elastic."""
    pools = elastic_pools(design)
    settings = {
        "stack": design.name,
        "region": design.region or "us-east-1",
        "pools": [_pool(design, p) for p in pools],
    }
    return {"slurm_power_settings": settings}


def _pool(design: Design, pool: Pool) -> dict[str, object]:
    subnet = design.network.subnet(pool.subnet)
    offsets = elastic_offsets(pool, subnet)
    return {
        "name": pool.name,
        "template": f"{design.name}-{pool.name}",
        "alternatives": list(pool.alternatives),
        "subnet": f"{design.name}-{pool.subnet}",
        "cidr": subnet.cidr,
        "first": offsets[0],
        "last": offsets[-1],
        "placement_group": _placement_group(design, pool),
    }


def _placement_group(design: Design, pool: Pool) -> str:
    """The group of the pool's reservation, or the pool's own; empty without either."""
    if pool.placement == "none":
        return ""
    return pool.placement_group or f"{design.name}-{pool.name}"
