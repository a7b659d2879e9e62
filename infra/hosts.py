"""From instances to the inventory: the one thing that configuration gets to see."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from pydantic import JsonValue

from rackwright.design.hosts import host_at, is_elastic
from rackwright.design.model import Design, Pool
from rackwright.inventory import Host, Inventory

Member = tuple[str | None, str]
"""Instance id (None on machines of one's own) and private address."""


def hosts_of(design: Design, pool: Pool, members: Sequence[Member]) -> tuple[Host, ...]:
    """Hosts of one pool from its members, without those that Slurm started: they come and go by themselves."""
    cidr = design.network.subnet(pool.subnet).cidr
    return tuple(
        host_at(pool, cidr, address, instance_id) for instance_id, address in members if not is_elastic(pool, address)
    )


def inventory_of(
    design: Design, members: Sequence[Sequence[Member]], lustre_mount_names: Mapping[str, str] | None = None
) -> str:
    """The inventory as JSON, given the members of each pool in design order; the same input gives the same bytes.

    `lustre_mount_names` are what nobody knows before AWS has made the file systems: storage -> name to mount.
    """
    hosts = [host for pool, found in zip(design.pools, members, strict=True) for host in hosts_of(design, pool, found)]
    variables: dict[str, JsonValue] = {"lustre_mount_names": {**lustre_mount_names}} if lustre_mount_names else {}
    ordered = tuple(sorted(hosts, key=lambda host: host.name))
    inventory = Inventory(cluster=design.name, hosts=ordered, vars=variables)
    return _stable_json(inventory)


def _stable_json(inventory: Inventory) -> str:
    """JSON with the roles sorted: sets have no order of their own."""
    data = inventory.model_dump(mode="json")
    for host in data["hosts"]:
        host["roles"].sort()
    return json.dumps(data, sort_keys=True)
