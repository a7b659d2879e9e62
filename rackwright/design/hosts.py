"""From a private address to the host that lives there: its name, its roles and what every role may ask of it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network

from rackwright.design.elastic import elastic_offsets
from rackwright.design.model import Design, Pool
from rackwright.design.names import node_address, node_name
from rackwright.hostlist import compress
from rackwright.inventory import Host, Inventory


def host_at(pool: Pool, cidr: str, address: str, instance_id: str | None = None) -> Host:
    """The host of `pool` that has `address` in the subnet `cidr`."""
    return Host(
        name=node_name(pool.name, address, cidr),
        address=IPv4Address(address),
        pool=pool.name,
        roles=frozenset(pool.ansible_roles),
        instance_id=instance_id,
        vars={"gpus": pool.gpus, "pool": pool.name},
    )


def is_elastic(pool: Pool, address: str) -> bool:
    """Whether the node of `pool` at `address` is one that Slurm starts and stops."""
    return pool.elastic_cidr is not None and IPv4Address(address) in IPv4Network(pool.elastic_cidr)


def elastic_hosts(design: Design) -> tuple[Host, ...]:
    """Every host that Slurm may ever start, in design order; whether one runs is not known here."""
    cidrs = {subnet.name: subnet.cidr for subnet in design.network.subnets}
    return tuple(
        host_at(pool, cidrs[pool.subnet], node_address(cidrs[pool.subnet], offset))
        for pool in design.pools
        if pool.elastic_cidr is not None
        for offset in elastic_offsets(pool, design.network.subnet(pool.subnet))
    )


def elastic_names_by_pool(design: Design) -> dict[str, str]:
    """Every host that Slurm may ever start, as a host list for each pool that has any."""
    hosts = elastic_hosts(design)
    pools = dict.fromkeys(host.pool for host in hosts)
    return {pool: compress(host.name for host in hosts if host.pool == pool) for pool in pools}


def joined(inventory: Inventory, hosts: Iterable[Host]) -> Inventory:
    """`inventory` with `hosts` beside its own, by name; a host that it has already stays as it is."""
    known = {host.name for host in inventory.hosts}
    more = {host.name: host for host in hosts if host.name not in known}
    every = sorted((*inventory.hosts, *more.values()), key=lambda host: host.name)
    return inventory.model_copy(update={"hosts": tuple(every)})
