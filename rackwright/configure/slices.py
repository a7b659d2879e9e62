"""A site's inventory cut so that each node can put its own part together. Pure.

What all hosts of a pool share is written once, so the size grows by a line for each host. `rackwright.node.converge`
puts a node's inventory together; for a host that is known the result has exactly the variables of the site.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rackwright.inventory import Host, Inventory

SHARED_ROLES = frozenset({"control", "login", "storage"})
"""Roles of pools whose hosts every node may name in its configuration."""


def slices_of(
    site: Mapping[str, Any], inventory: Inventory, pool_roles: Mapping[str, str], secrets: Mapping[str, str]
) -> dict[str, Any]:
    """The slices of `site`; `pool_roles` is pool -> role, `secrets` variable -> name of the secret that holds it."""
    everything = site["all"]
    members = {pool: _members(inventory, pool) for pool in sorted({host.pool for host in inventory.hosts})}
    pools = {pool: _pool(everything["hosts"], hosts) for pool, hosts in members.items()}
    hosts: dict[str, dict[str, Any]] = {
        host.name: {"pool": host.pool, "address": str(host.address), "vars": _rest(host, everything["hosts"], pools)}
        for host in inventory.hosts
    }
    return {
        "vars": everything["vars"],
        "groups": {name: group.get("vars", {}) for name, group in everything["children"].items()},
        "pools": pools,
        "hosts": dict(sorted(hosts.items())),
        "shared": sorted(name for name, host in hosts.items() if pool_roles.get(host["pool"]) in SHARED_ROLES),
        "secrets": dict(sorted(secrets.items())),
    }


def _members(inventory: Inventory, pool: str) -> list[Host]:
    return [host for host in inventory.hosts if host.pool == pool]


def _pool(variables: Mapping[str, Mapping[str, Any]], hosts: list[Host]) -> dict[str, Any]:
    """What the hosts of one pool share, and which variables of each are its own address."""
    first = variables[hosts[0].name]
    common = {
        name: value
        for name, value in first.items()
        if all(name in variables[host.name] and variables[host.name][name] == value for host in hosts)
    }
    addresses = [name for name in first if all(variables[host.name].get(name) == str(host.address) for host in hosts)]
    kept = {name: value for name, value in common.items() if name not in addresses}
    return {"groups": sorted(hosts[0].roles), "vars": kept, "address_vars": sorted(addresses)}


def _rest(host: Host, variables: Mapping[str, Mapping[str, Any]], pools: Mapping[str, Any]) -> dict[str, Any]:
    """What the host's pool does not say."""
    said = pools[host.pool]["vars"]
    return {name: value for name, value in variables[host.name].items() if name not in said}
