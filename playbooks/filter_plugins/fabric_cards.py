"""Which fabric cards must not lose their driver, decided from what a node says about itself.

It runs wherever the playbooks run, so it needs Ansible and Python only.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping

MELLANOX = "mlx"
"""Beginning of the names of the drivers of NVIDIA's network cards (mlx4_core, mlx5_core)."""
OVER_FABRIC = frozenset({"rdma", "tcp", "fc"})
"""Transports of an NVMe drive that is not in the node."""


def cards_that_must_stay(lines: Iterable[str]) -> dict[str, str]:
    """Interface -> why its driver must not be reloaded; empty where every card may be touched.

    `lines` are the answers of the role's question: the default routes as JSON (`ip -json route`), then ``card`` with
    interface, PCI address and driver, ``above`` with an interface and one below it, ``root`` with the source of ``/``,
    ``nvme`` with controller, transport and address, ``job`` with a process. A line that is none of these is ignored.
    """
    told = [line.split() for line in lines if line.strip()]
    cards = {words[1]: words[3] for words in told if words[0] == "card" and words[3:]}
    ours = {name for name, driver in cards.items() if driver.startswith(MELLANOX)}
    below: dict[str, set[str]] = {}
    for words in told:
        if words[0] == "above" and words[2:]:
            below.setdefault(words[1], set()).add(words[2])
    found = dict.fromkeys(_carriers(_routed(lines), below) & ours, "carries the default route")
    if _root_is_remote(told):
        found |= dict.fromkeys(ours - found.keys(), "may carry the root disk")
    if any(words[0] == "job" for words in told):
        found |= dict.fromkeys(ours - found.keys(), "is used by a job")
    return found


def _routed(lines: Iterable[str]) -> set[str]:
    """Interfaces of default routes."""
    for line in lines:
        if line.startswith("["):
            return {str(route["dev"]) for route in json.loads(line) if "dev" in route}
    return set()


def _carriers(interfaces: set[str], below: Mapping[str, set[str]]) -> set[str]:
    """`interfaces` and everything below them: the members of a bond, the card under a VLAN."""
    found, fresh = set(interfaces), set(interfaces)
    while fresh:
        fresh = {lower for name in fresh for lower in below.get(name, set())} - found
        found |= fresh
    return found


def _root_is_remote(told: list[list[str]]) -> bool:
    """Whether the root file system comes over a network: NFS, or an NVMe drive over a fabric."""
    sources = [words[1] for words in told if words[0] == "root" and words[1:]]
    remote = {words[1] for words in told if words[0] == "nvme" and words[2:] and words[2] in OVER_FABRIC}
    controllers = {source.removeprefix("/dev/").split("n1")[0] for source in sources}
    return bool(controllers & remote) or any(":" in source for source in sources)


class FilterModule:
    """What Ansible asks a plug-in for."""

    def filters(self) -> dict[str, Callable[[Iterable[str]], dict[str, str]]]:
        """Filters by the name that templates use."""
        return {"cards_that_must_stay": cards_that_must_stay}
