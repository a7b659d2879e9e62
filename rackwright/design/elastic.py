"""Nodes that the scheduler starts and stops: which pools have them, which addresses are theirs, what they are called.

A node's name says its address, so every node that may ever be started has an address of its own before it exists. AWS
must not give these addresses to anybody else, so each pool gets a block of its subnet, which is reserved in the subnet.
Source: AWS VPC User Guide, "Subnet CIDR reservations" (type explicit).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from ipaddress import IPv4Address, IPv4Network
from typing import NamedTuple

from rackwright.design.model import Pool, Subnet
from rackwright.design.names import node_addresses
from rackwright.design.scheduling import under_slurm
from rackwright.spec.cluster import ClusterSpec

POWER_ROLE = "slurm_power"
"""Ansible role (= group) of the nodes that start and stop others."""

WORKERS = ("gpu", "cpu")
_LAST_ADDRESS = 1
"""AWS keeps the last address of a subnet, and the highest block may hold it."""

_PER_LINE = 256
"""Slurm writes addresses as ``10.40.8.[16-31]``: one line for each value of the first three numbers."""


class ElasticNodes(NamedTuple):
    """Nodes of one pool that Slurm starts, in one piece that slurm.conf can write on one line."""

    names: str
    """``train-[16-31]``"""
    addresses: str
    """``10.40.8.[16-31]``"""


def elastic_count(spec: ClusterSpec, pool: str) -> int:
    """Nodes of `pool` that Slurm starts and stops: those above the smallest number, in a cloud."""
    wanted = spec.pools[pool]
    if wanted.role not in WORKERS or spec.target.kind == "on-prem" or not under_slurm(spec, pool):
        return 0
    return wanted.nodes.max - wanted.nodes.min


def block_size(nodes: int) -> int:
    """Addresses of the smallest block that holds `nodes`: a power of two, or 0 for none."""
    return 1 << (nodes + _LAST_ADDRESS - 1).bit_length() if nodes else 0


def blocks(cidr: str, nodes: Mapping[str, int]) -> dict[str, str]:
    """A block of the subnet `cidr` for each pool with elastic nodes, from its end downwards, the largest last.

    Every block lies on its own boundary, because all of them are powers of two.
    """
    network = IPv4Network(cidr)
    cursor = int(network.broadcast_address) + 1
    found = {}
    for pool in sorted((name for name in nodes if nodes[name]), key=lambda name: -block_size(nodes[name])):
        size = block_size(nodes[pool])
        cursor -= size
        found[pool] = str(IPv4Network((cursor, 33 - size.bit_length())))
    return found


def with_elastic(spec: ClusterSpec, pools: Sequence[Pool], subnets: Sequence[Subnet]) -> tuple[Pool, ...]:
    """`pools` with the blocks of their elastic nodes; with any, the nodes that run the controller start them."""
    found: dict[str, str] = {}
    for subnet in subnets:
        counts = {pool.name: elastic_count(spec, pool.name) for pool in pools if pool.subnet == subnet.name}
        found |= blocks(subnet.cidr, counts)
    if not found:
        return tuple(pools)
    return tuple(_told(pool, found) for pool in pools)


def _told(pool: Pool, found: Mapping[str, str]) -> Pool:
    if pool.name in found:
        return pool.model_copy(update={"elastic_cidr": found[pool.name]})
    if "slurm_controller" in pool.ansible_roles:
        return pool.model_copy(update={"ansible_roles": (*pool.ansible_roles, POWER_ROLE)})
    return pool


def elastic_offsets(pool: Pool, subnet: Subnet) -> range:
    """Numbers of the nodes that Slurm starts, which are the last parts of their names; empty without any."""
    if pool.elastic_cidr is None:
        return range(0)
    start = int(IPv4Network(subnet.cidr).network_address)
    first = int(IPv4Network(pool.elastic_cidr).network_address) - start
    return range(first, first + pool.max_nodes - pool.min_nodes)


def elastic_names(pool: Pool, subnet: Subnet) -> list[str]:
    """Names of the nodes that Slurm starts, in order."""
    return [f"{pool.name}-{offset}" for offset in elastic_offsets(pool, subnet)]


def elastic_lines(pool: Pool, subnet: Subnet) -> list[ElasticNodes]:
    """The same nodes with their addresses, in pieces that lie in one /24 each."""
    offsets = elastic_offsets(pool, subnet)
    if not offsets:
        return []
    addresses = [IPv4Address(text) for text in node_addresses(subnet.cidr, offsets[0], len(offsets))]
    pieces: dict[int, list[tuple[int, IPv4Address]]] = {}
    for offset, address in zip(offsets, addresses, strict=True):
        pieces.setdefault(int(address) // _PER_LINE, []).append((offset, address))
    return [_line(pool.name, piece) for piece in pieces.values()]


def _line(pool: str, piece: Sequence[tuple[int, IPv4Address]]) -> ElasticNodes:
    (first, low), (last, high) = piece[0], piece[-1]
    prefix, _, start = str(low).rpartition(".")
    end = str(high).rpartition(".")[2]
    if first == last:
        return ElasticNodes(f"{pool}-{first}", str(low))
    return ElasticNodes(f"{pool}-[{first}-{last}]", f"{prefix}.[{start}-{end}]")
