"""Slurm's configuration as variables, from inventory and design. Pure; nothing is gathered from the hosts."""

from __future__ import annotations

from rackwright.catalog.version import version_order
from rackwright.configure.slurm_power import elastic_pools, names_in, saving, started_nodes
from rackwright.design.hosts import is_elastic
from rackwright.design.model import Design, Pool
from rackwright.hostlist import compress
from rackwright.inventory import Host, Inventory

CONTROLLER_PORT = 6817
"""IANA's port of slurmctld; slurm.conf(5), SlurmctldPort."""

SYSTEM_SHARE = 0.05
"""Part of a node's memory that the system keeps: our choice; jobs get the rest."""

_MIB_PER_GIB = 1024


def controller_variables(inventory: Inventory, design: Design, release: str = "") -> dict[str, object]:
    """Variables of role slurm_controller for Slurm `release`; empty when no host runs it.

    The first host is the controller. Further ones need shared state, which comes with the storage role.
    """
    controllers = inventory.in_role("slurm_controller")
    if not controllers:
        return {}
    rehearsal = design.target == "local"
    confinement = "none" if rehearsal else "cgroup"
    return {
        "slurm_controller_cluster_name": design.scheduler.cluster_name or design.name,
        "slurm_controller_name": controllers[0].name,
        "slurm_controller_address": str(controllers[0].address),
        "slurm_controller_port": CONTROLLER_PORT,
        "slurm_controller_nodes": nodes(inventory, design),
        "slurm_controller_gres": gres(inventory, design),
        "slurm_controller_partitions": partitions(inventory, design),
        "slurm_controller_switches": switches(inventory, design),
        "slurm_controller_confinement": confinement,
        "slurm_controller_cgroup_plugin": cgroup_plugin(confinement, release),
        "slurm_controller_trust_design": rehearsal,
        "slurm_controller_saving": saving(design),
        "slurm_controller_started": started_nodes(design, {pool.name: _facts(pool) for pool in design.pools}),
    }


def cgroup_plugin(confinement: str, release: str) -> str:
    """Plug-in for `confinement` in Slurm `release` (an empty text is the newest).

    ``disabled`` came with 23.11; before, version 1 is the one that touches nothing until somebody confines a job.
    Source: cgroup.conf(5) of Slurm 22.05 and 23.11; RELEASE_NOTES of 23.11.
    """
    if confinement == "cgroup":
        return "cgroup/v2"
    return "cgroup/v1" if release and version_order(release) < version_order("23.11") else "disabled"


def node_variables(inventory: Inventory, design: Design) -> dict[str, object]:
    """Variables of role slurm_node; empty when there is no controller."""
    where = _controller(inventory)
    uptime = design.target == "local" and bool(elastic_pools(design))
    return {"slurm_node_controller": where, "slurm_node_shares_uptime": uptime} if where else {}


def login_variables(inventory: Inventory) -> dict[str, object]:
    """Variables of role slurm_login; empty when there is no controller."""
    where = _controller(inventory)
    return {"slurm_login_controller": where} if where else {}


def _controller(inventory: Inventory) -> str:
    """Where the controller answers; empty without one."""
    controllers = inventory.in_role("slurm_controller")
    return f"{controllers[0].address}:{CONTROLLER_PORT}" if controllers else ""


def gres_of(pool: Pool) -> str:
    """A node's generic resources as slurm.conf writes them: ``gpu:h100:8``; an empty text without GPUs."""
    return f"gpu:{pool.gres_type or 'gpu'}:{pool.gpus}" if pool.gpus else ""


def job_memory_mib(pool: Pool) -> int:
    """Memory of a node that jobs may have, in MiB."""
    return int(pool.memory_gib * _MIB_PER_GIB * (1 - SYSTEM_SHARE))


def device_files(gpus: int) -> str:
    """Device files of `gpus` GPUs as gres.conf writes them."""
    return f"/dev/nvidia[0-{gpus - 1}]" if gpus > 1 else "/dev/nvidia0"


def nodes(inventory: Inventory, design: Design) -> list[dict[str, object]]:
    """Every node of Slurm that always runs, by name."""
    pools = {pool.name: pool for pool in design.pools}
    return [_node(host, pools[host.pool]) for host in _fixed(inventory, design)]


def gres(inventory: Inventory, design: Design) -> list[dict[str, object]]:
    """Device files behind the GPUs, one entry for each pool."""
    return [
        {"nodes": compress(names), "type": pool.gres_type or "gpu", "files": device_files(pool.gpus)}
        for pool, names in _pools(inventory, design)
        if pool.gpus
    ]


def partitions(inventory: Inventory, design: Design) -> list[dict[str, object]]:
    """Partitions of the design, or one for each pool when it names none; those without nodes are left out."""
    members = {pool.name: (pool, names) for pool, names in _pools(inventory, design)}
    wanted = design.scheduler.partitions or {name: (name,) for name in members}
    found = [(name, [members[pool] for pool in pools if pool in members]) for name, pools in wanted.items()]
    return [_partition(name, parts) for name, parts in found if parts]


def switches(inventory: Inventory, design: Design) -> list[dict[str, object]]:
    """One leaf for each pool, and a spine above them when there are several."""
    leaves: list[dict[str, object]] = [
        {"name": f"leaf-{pool.name}", "nodes": compress(names)} for pool, names in _pools(inventory, design)
    ]
    names = [str(leaf["name"]) for leaf in leaves]
    return [*leaves, {"name": "spine", "switches": ",".join(names)}] if len(leaves) > 1 else leaves


def _fixed(inventory: Inventory, design: Design) -> list[Host]:
    """Nodes that always run; those that Slurm starts itself are named by the design, whether they run or not."""
    pools = {pool.name: pool for pool in design.pools}
    members = [host for host in inventory.in_role("slurm_node") if host.pool in pools]
    return [host for host in members if not is_elastic(pools[host.pool], str(host.address))]


def _node(host: Host, pool: Pool) -> dict[str, object]:
    return {"name": host.name, "address": str(host.address), **_facts(pool)}


def _facts(pool: Pool) -> dict[str, object]:
    """What jobs may have of one node."""
    return {"cpus": pool.vcpus, "memory_mib": job_memory_mib(pool), "gres": gres_of(pool)}


def _partition(name: str, parts: list[tuple[Pool, list[str]]]) -> dict[str, object]:
    return {
        "name": name,
        "nodes": compress(host for _, names in parts for host in names),
        "memory_per_cpu_mib": min(job_memory_mib(pool) // pool.vcpus for pool, _ in parts),
    }


def _pools(inventory: Inventory, design: Design) -> list[tuple[Pool, list[str]]]:
    """Pools with nodes of Slurm, those that it starts itself too, in design order."""
    by_pool = {pool.name: names for pool in design.pools if (names := names_in(design, pool))}
    for host in _fixed(inventory, design):
        by_pool.setdefault(host.pool, []).append(host.name)
    return [(pool, by_pool[pool.name]) for pool in design.pools if pool.name in by_pool]
