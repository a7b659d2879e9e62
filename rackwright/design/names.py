"""Names and fixed addresses of nodes.

A node is called ``<pool>-<offset of its address in its subnet>`` (``train-4``). The name is stable for the life of the
node, needs no register, and the node can compute it by itself from its own address.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

from rackwright.design.model import Pool, Subnet

FIRST_OFFSET = 4
"""AWS keeps the first four addresses of every subnet (network, router, DNS, future use) and the last one."""

FIRST_FIXED_OFFSET = 10
"""First address that we give out (our choice); the gap before it stays free for file systems and load balancers."""


def node_name(pool: str, address: str, cidr: str) -> str:
    """Name of the node of `pool` that has `address` in the subnet `cidr`: ``train-4``."""
    offset = int(IPv4Address(address)) - int(IPv4Network(cidr).network_address)
    return f"{pool}-{offset}"


def node_address(cidr: str, offset: int) -> str:
    """Address at `offset` in the subnet `cidr`."""
    return str(IPv4Network(cidr)[offset])


def node_addresses(cidr: str, offset: int, count: int) -> tuple[str, ...]:
    """`count` addresses from `offset` on in the subnet `cidr`."""
    first = int(IPv4Network(cidr).network_address) + offset
    return tuple(str(IPv4Address(first + number)) for number in range(count))


def node_range(pool: Pool, subnet: Subnet) -> str:
    """Every name that a node of `pool` can get, in Slurm's form: ``train-[4-1022]``; fixed nodes by their own."""
    offsets = [int(IPv4Address(a)) - int(IPv4Network(subnet.cidr).network_address) for a in pool.addresses]
    if offsets:
        first, last = min(offsets), max(offsets)
    else:
        first, last = FIRST_OFFSET, IPv4Network(subnet.cidr).num_addresses - 2
    return f"{pool.name}-{first}" if first == last else f"{pool.name}-[{first}-{last}]"
