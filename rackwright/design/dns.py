"""Names in the private zone: of nodes with fixed addresses, of their pools, and of file systems. Pure."""

from __future__ import annotations

from typing import NamedTuple

from rackwright.design.model import Design
from rackwright.design.names import node_name

MOUNTED = ("fsx-lustre", "efs")
"""Kinds of storage that have a name of AWS's own, which ours points to."""


class AddressRecord(NamedTuple):
    """One name and the private addresses behind it."""

    name: str
    """Relative to the zone: ``head``, ``head-10``."""
    addresses: tuple[str, ...]


def address_records(design: Design) -> tuple[AddressRecord, ...]:
    """Names of every pool whose nodes have fixed addresses (all of its nodes), and of each such node."""
    found = []
    for pool in design.pools:
        if not pool.addresses:
            continue
        cidr = design.network.subnet(pool.subnet).cidr
        found.append(AddressRecord(pool.name, pool.addresses))
        found += [AddressRecord(node_name(pool.name, address, cidr), (address,)) for address in pool.addresses]
    return tuple(found)


def mounted_names(design: Design) -> tuple[str, ...]:
    """Names of the file systems that get a name in the zone."""
    return tuple(storage.name for storage in design.storage if storage.kind in MOUNTED)
