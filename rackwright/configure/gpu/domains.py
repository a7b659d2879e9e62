"""NVLink domains: which nodes share memory through IMEX."""

from __future__ import annotations

from rackwright.design.model import Design, Pool
from rackwright.inventory import Host, Inventory
from rackwright.lock.model import Lock

DOMAIN = "nvlink_domain"
"""Variable by which provisioning names a host's domain, where the cloud tells it (an UltraServer's id)."""


def domain_addresses(host: Host, pool: Pool, inventory: Inventory) -> list[str]:
    """Addresses of the nodes of `host`'s NVLink domain, itself among them, in order.

    A node whose domain is not known is alone in it: a list that names nodes of two domains makes IMEX fail on both.
    Source: https://docs.nvidia.com/multi-node-nvlink-systems/imex-guide/, "nodes_config.cfg".
    """
    mine = domain_of(host, pool)
    members = [one for one in inventory.hosts if one.pool == host.pool and domain_of(one, pool) == mine]
    return [str(one.address) for one in sorted(members if mine is not None else [host], key=lambda one: one.address)]


def domain_of(host: Host, pool: Pool) -> str | None:
    """Name of `host`'s domain: as provisioning says, the pool's only one, or counted off along fixed addresses."""
    if DOMAIN in host.vars:
        return str(host.vars[DOMAIN])
    if pool.max_nodes <= pool.nvlink_domain_nodes:
        return "0"
    if str(host.address) in pool.addresses:
        return str(pool.addresses.index(str(host.address)) // pool.nvlink_domain_nodes)
    return None


def channel_options(design: Design, lock: Lock) -> dict[str, int | str]:
    """Parameters of the driver's module by which a job may use IMEX: its first channel is made at the load.

    Kubernetes makes a channel for each compute domain itself.
    Source: https://docs.nvidia.com/multi-node-nvlink-systems/imex-guide/imexchannels.html, read 2026-11-21.
    """
    own = "imex" in lock.software and design.software.imex_owner == "host"
    return {"NVreg_CreateImexChannel0": 1} if own else {}
