"""What the controller is told about its elastic pools: one JSON file, rendered from the design."""

from __future__ import annotations

import json
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any, NamedTuple

PATH = Path("/etc/rackwright/slurm-power.json")
NODE = Path("/etc/rackwright/node.json")
"""What first boot wrote: under pull it says where a local cloud answers."""


class ElasticPool(NamedTuple):
    """A pool whose nodes Slurm starts and stops."""

    name: str
    template: str
    """Name of the launch template."""
    subnet: str
    """`Name` tag of the subnet."""
    cidr: str
    """Network of that subnet; the last part of a node's name counts from its beginning."""
    first: int
    last: int
    """Numbers of the nodes that Slurm starts."""
    placement_group: str = ""
    """Empty for none."""
    alternatives: tuple[str, ...] = ()
    """Instance types that are asked for, in order, where EC2 has none of the template's."""


class Settings(NamedTuple):
    """Everything that the program needs to know."""

    stack: str
    """Tag ``rackwright:stack`` of everything that belongs to the cluster."""
    region: str
    pools: tuple[ElasticPool, ...]
    endpoint: str = ""
    """Address of the local AWS; empty for the real one."""
    metadata: str = ""
    """Address of the local instance metadata; empty for EC2's."""
    state: str = "/var/lib/rackwright/slurm-power"
    """Folder for what must outlive one call."""

    def pool_of(self, node: str) -> ElasticPool | None:
        """The pool that starts `node`; None for a node that nobody starts."""
        name, _, number = node.rpartition("-")
        for pool in self.pools:
            if pool.name == name and number.isdigit() and pool.first <= int(number) <= pool.last:
                return pool
        return None


def address_of(pool: ElasticPool, node: str) -> str:
    """Private address that belongs to the name `node` in `pool`."""
    return str(IPv4Address(int(IPv4Network(pool.cidr).network_address) + int(node.rpartition("-")[2])))


def _pool(*, alternatives: Sequence[str] = (), **others: Any) -> ElasticPool:
    """A pool as it was read: JSON has lists."""
    return ElasticPool(alternatives=tuple(alternatives), **others)


def read_settings(path: Path = PATH, node: Path = NODE) -> Settings:
    """Settings in `path`. Raises `OSError` or `ValueError` where there are none, `TypeError` for keys that fit none."""
    raw: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    pools = tuple(_pool(**pool) for pool in raw.pop("pools"))
    told = json.loads(node.read_text(encoding="utf-8")) if node.exists() else {}
    local = {name: told[name] for name in ("endpoint", "metadata") if told.get(name)}
    return Settings(pools=pools, **{**local, **raw})
