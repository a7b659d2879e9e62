"""The shape of an area: roles of one subject and what the inventory tells them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rackwright.design.model import Design
from rackwright.inventory import Host, Inventory
from rackwright.lock.model import Lock

Variables = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class LocalServices:
    """What the local cloud serves to its machines in place of the internet."""

    apt_repo: str
    """URL of the flat repository with the packages that were built here."""
    registry: str
    """URL of the image registry that mirrors nvcr.io."""


@dataclass(frozen=True, slots=True)
class Site:
    """All that variables are made from. Pure values; nothing is gathered from a host."""

    inventory: Inventory
    design: Design
    lock: Lock
    services: LocalServices | None
    """None on a real cluster: packages and images then come from where the lock says."""
    automation_user: str = "admin"
    """Login that Ansible comes in with."""

    @property
    def is_rehearsal(self) -> bool:
        """Whether the machines are stand-ins: containers without GPU, clock and kernel of their own."""
        return self.design.target == "local"


@dataclass(frozen=True, slots=True)
class Area:
    """Roles of one subject."""

    roles: frozenset[str]
    """Roles that playbooks/ has for the subject. A host in another group has nothing done for that group."""
    of_groups: Callable[[Site], Mapping[str, Variables]]
    """Role -> variables that all its hosts share."""
    of_host: Callable[[Host, Site], Variables] | None = None
    """Variables that differ from host to host, for a host of any role; None where there are none."""
