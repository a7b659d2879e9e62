"""Which fabric cards must not lose their driver, decided from what a node says about itself.

It runs wherever the playbooks run, so it needs Ansible and Python only.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping

MELLANOX = "mlx"
"""Beginning of the names of the drivers of NVIDIA's network cards (mlx4_core, mlx5_core)."""
OVER_FABRIC = frozenset({"rdma", "tcp", "fc"})
"""Transports of an NVMe drive that is not in the node."""
OVER_NETWORK = frozenset({"iscsi", "fc"})
"""How lsblk says that a disk is not in the node."""
_CONTROLLER = re.compile(r"nvme\d+")


def cards_that_must_stay(lines: Iterable[str]) -> dict[str, str]:
    """Interface -> why its driver must not be reloaded; empty where every card may be touched.

    `lines` are the answers of the role's question: the default routes as JSON (`ip -json route`), then ``card`` with
    interface, PCI address and driver, ``above`` with an interface and one below it, ``root`` with the source of ``/``,
    ``under`` with each block device that it lies on and how that is attached, ``nvme`` with controller, transport and
    address, ``job`` with a process. A line that is none of these is ignored.
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
    routes = [route for line in lines if line.startswith("[") for route in json.loads(line)]
    hops = [hop for route in routes for hop in (route, *route.get("nexthops", []))]
    return {str(hop["dev"]) for hop in hops if "dev" in hop}


def _carriers(interfaces: set[str], below: Mapping[str, set[str]]) -> set[str]:
    """`interfaces` and everything below them: the members of a bond, the card under a VLAN."""
    found, fresh = set(interfaces), set(interfaces)
    while fresh:
        fresh = {lower for name in fresh for lower in below.get(name, set())} - found
        found |= fresh
    return found


def _root_is_remote(told: list[list[str]]) -> bool:
    """Whether the root file system comes over a network: NFS, iSCSI, Fibre Channel, or an NVMe drive over a fabric.

    It counts what lies below a volume or an encrypted device too.
    """
    sources = [words[1] for words in told if words[0] == "root" and words[1:]]
    under = [words[1:] for words in told if words[0] == "under" and words[1:]]
    remote = {words[1] for words in told if words[0] == "nvme" and words[2:] and words[2] in OVER_FABRIC}
    names = (name.removeprefix("/dev/") for name in (*sources, *(words[0] for words in under)))
    controllers = {found[0] for name in names if (found := _CONTROLLER.match(name))}
    attached = {words[1] for words in under if words[1:]}
    return bool(controllers & remote or attached & OVER_NETWORK) or any(":" in source for source in sources)


class FilterModule:
    """What Ansible asks a plug-in for."""

    def filters(self) -> dict[str, Callable[[Iterable[str]], dict[str, str]]]:
        """Filters by the name that templates use."""
        return {"cards_that_must_stay": cards_that_must_stay}
