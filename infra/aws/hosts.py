"""From instances to the inventory: the one thing that configuration gets to see."""

from __future__ import annotations

import json
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network

import pulumi
import pulumi_aws as aws
from pydantic import JsonValue

from rackwright.design.model import Design, Pool
from rackwright.inventory import Host, Inventory

FIRST_FIXED_OFFSET = 10
"""First address of a subnet that head nodes take. AWS keeps 0 to 3; the gap stays free for file systems."""

HEAD_ROLES = frozenset({"control", "login"})
"""Pools whose nodes are found again by address; all others are groups that may grow and shrink."""


def is_head(pool: Pool) -> bool:
    """Whether the nodes of `pool` are single instances with fixed addresses."""
    return pool.role in HEAD_ROLES


def node_name(pool: str, address: str, cidr: str) -> str:
    """Host name: the pool and the place of the address in its subnet, so that a node keeps its name for life."""
    return f"{pool}-{int(IPv4Address(address)) - int(IPv4Network(cidr).network_address)}"


def head_addresses(design: Design) -> dict[str, list[str]]:
    """Pool -> fixed addresses of its nodes; pools that share a subnet follow one another in design order."""
    taken: dict[str, int] = {}
    found: dict[str, list[str]] = {}
    for pool in filter(is_head, design.pools):
        network = IPv4Network(design.network.subnet(pool.subnet).cidr)
        start = taken.get(pool.subnet, FIRST_FIXED_OFFSET)
        found[pool.name] = [str(network[start + index]) for index in range(pool.max_nodes)]
        taken[pool.subnet] = start + pool.max_nodes
    return found


def find_members(
    pool: str, stack: str, group: pulumi.Resource, provider: pulumi.ProviderResource
) -> pulumi.Output[list[tuple[str, str]]]:
    """(id, private address) of each running instance of a pool, by address; unknown until `group` exists."""
    found = aws.ec2.get_instances_output(
        instance_tags={"rackwright:stack": stack, "rackwright:pool": pool},
        instance_state_names=["pending", "running"],
        opts=pulumi.InvokeOutputOptions(provider=provider, depends_on=[group]),
    )
    return pulumi.Output.all(found.ids, found.private_ips).apply(
        lambda both: sorted(zip(both[0], both[1], strict=True), key=lambda node: IPv4Address(node[1]))
    )


def hosts_of(design: Design, pool: Pool, members: Sequence[tuple[str, str]]) -> tuple[Host, ...]:
    """Hosts of one pool from (id, private address) pairs."""
    cidr = design.network.subnet(pool.subnet).cidr
    variables: dict[str, JsonValue] = {"gpus": pool.gpus, "pool": pool.name}
    return tuple(
        Host(
            name=node_name(pool.name, address, cidr),
            address=IPv4Address(address),
            pool=pool.name,
            roles=frozenset(pool.ansible_roles),
            instance_id=instance_id,
            vars=variables,
        )
        for instance_id, address in members
    )


def inventory_of(design: Design, members: Sequence[Sequence[tuple[str, str]]]) -> str:
    """The inventory as JSON, given the members of each pool in design order; the same input gives the same bytes."""
    hosts = [host for pool, found in zip(design.pools, members, strict=True) for host in hosts_of(design, pool, found)]
    inventory = Inventory(cluster=design.name, hosts=tuple(sorted(hosts, key=lambda host: host.name)))
    return _stable_json(inventory)


def _stable_json(inventory: Inventory) -> str:
    """JSON with the roles sorted: sets have no order of their own."""
    data = inventory.model_dump(mode="json")
    for host in data["hosts"]:
        host["roles"].sort()
    return json.dumps(data, sort_keys=True)
