"""The hosts of a cluster as an upgrade sees them: squads of equal hosts, each with how many may be away at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rackwright.inventory import Inventory

FIRST = ("gpu", "cpu", "login", "storage", "control")
"""Order of pool roles: what is many and alike goes first, so that a mistake meets a worker before a head node."""


@dataclass(frozen=True, slots=True)
class Squad:
    """The hosts of one pool."""

    pool: str
    hosts: tuple[str, ...]
    """By name."""
    allowed: int
    """Hosts that may be away at a time, failed ones counted; at least 1."""


@dataclass(frozen=True, slots=True)
class Fleet:
    """All squads, in the order in which they are changed."""

    squads: tuple[Squad, ...]

    @property
    def hosts(self) -> tuple[str, ...]:
        """Every host, in order."""
        return tuple(host for squad in self.squads for host in squad.hosts)

    @property
    def canary(self) -> str | None:
        """The host that goes first and alone."""
        return self.hosts[0] if self.hosts else None


def allowed_away(hosts: int, max_unavailable: float, *, percent: bool) -> int:
    """Hosts of `hosts` that may be away: the percentage rounded down, or the number; from 1 to all."""
    asked = int(hosts * max_unavailable / 100) if percent else int(max_unavailable)
    return max(1, min(hosts, asked))


def fleet_of(inventory: Inventory, pool_roles: Mapping[str, str], max_unavailable: float, *, percent: bool) -> Fleet:
    """The fleet of an inventory; `pool_roles` is pool -> role (``gpu``, ``control``). Control hosts go one by one."""
    members: dict[str, list[str]] = {}
    for host in inventory.hosts:
        members.setdefault(host.pool, []).append(host.name)
    order = sorted(members, key=lambda pool: (_rank(pool_roles.get(pool, "cpu")), -len(members[pool]), pool))
    squads = [
        Squad(
            pool=pool,
            hosts=tuple(sorted(members[pool])),
            allowed=1
            if pool_roles.get(pool) == "control"
            else allowed_away(len(members[pool]), max_unavailable, percent=percent),
        )
        for pool in order
    ]
    return Fleet(tuple(squads))


def _rank(role: str) -> int:
    return FIRST.index(role) if role in FIRST else len(FIRST)
