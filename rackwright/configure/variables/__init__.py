"""The inventory that Ansible reads, from inventory, design and lock. Pure: everything that a role decides by is here.

Group variables carry what all hosts of a role share, host variables what differs. A value that only the spec knows has
no default in the role, so a missing one fails by name in the role's argument check. Each subject has a module with its
`Area`; this one only puts them together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from rackwright.catalog.operating_systems import by_release
from rackwright.configure.variables import base, containers, fabric, gpu, host, monitoring, scheduler, storage
from rackwright.configure.variables.area import Area, LocalServices, Site, Variables
from rackwright.design.images import login_of
from rackwright.design.model import Design
from rackwright.design.role_systems import refusals, wants_nfs_over_tls
from rackwright.diagnostics import InputError, Problem
from rackwright.inventory import Host, Inventory
from rackwright.lock.model import Lock

__all__ = ["AREAS", "ROLES", "Access", "LocalServices", "group_variables", "host_variables", "site_inventory"]

AREAS: tuple[Area, ...] = (
    base.AREA,
    host.AREA,
    fabric.AREA,
    storage.AREA,
    gpu.AREA,
    containers.AREA,
    scheduler.AREA,
    monitoring.AREA,
)

ROLES = frozenset(role for area in AREAS for role in area.roles)
"""Roles that playbooks/ has."""


@dataclass(frozen=True, slots=True)
class Access:
    """How Ansible gets into the hosts."""

    user: str | None = None
    """Login that may become root without a password; None takes that of the system's images."""


def site_inventory(
    inventory: Inventory, design: Design, lock: Lock, services: LocalServices | None, access: Access | None = None
) -> dict[str, object]:
    """The whole Ansible inventory, ready to be written as YAML; sorted, so the same input gives the same bytes.

    Raises `InputError` that names every role which playbooks/ does not have: nothing would be done for it.
    """
    _refuse_unknown(inventory)
    user = (access or Access()).user or login_of(design)
    site = Site(inventory, design, lock, services, user)
    hosts = sorted(inventory.hosts, key=lambda host: host.name)
    everything = {
        "hosts": {one.name: host_variables(one, site) for one in hosts},
        "vars": {
            "ansible_user": user,
            "ansible_python_interpreter": "/usr/bin/python3",
            **_refused(site),
            **dict(sorted(inventory.vars.items())),
        },
        "children": _groups(inventory, group_variables(site)),
    }
    return {"all": everything}


def _refused(site: Site) -> dict[str, list[str]]:
    """What the lock's operating system cannot play of this site; nothing where it can play all, as it should."""
    roles = {role for host in site.inventory.hosts for role in host.roles}
    tls = wants_nfs_over_tls(site.design.storage)
    system = by_release(site.lock.os.distribution, site.lock.os.release).name
    found = list(refusals(roles, system, nfs_over_tls=tls))
    return {"validate_refused": found} if found else {}


def host_variables(host: Host, site: Site) -> dict[str, object]:
    """What differs from host to host, from every area."""
    found: dict[str, object] = {"ansible_host": str(host.address)}
    for area in AREAS:
        found |= area.of_host(host, site) if area.of_host else {}
    return found


def group_variables(site: Site) -> dict[str, Variables]:
    """Role -> variables, for every role that the hosts could have."""
    return {role: variables for area in AREAS for role, variables in area.of_groups(site).items()}


def _groups(inventory: Inventory, variables: Mapping[str, Variables]) -> dict[str, object]:
    """Every group that has hosts. The others stay out, so that nothing asks for their variables."""
    groups = sorted({role for host in inventory.hosts for role in host.roles})
    return {
        group: {
            "hosts": {host.name: {} for host in inventory.in_role(group)},
            "vars": dict(variables.get(group, {})),
        }
        for group in groups
    }


def _refuse_unknown(inventory: Inventory) -> None:
    problems = [
        Problem(host.name, f"role {role} is none of playbooks/", _nearest(role))
        for host in inventory.hosts
        for role in sorted(host.roles - ROLES)
    ]
    if problems:
        raise InputError("hosts have roles that nobody carries out", where="inventory", problems=problems)


def _nearest(role: str) -> str | None:
    close = get_close_matches(role, ROLES, n=1)
    return f"{close[0]} is meant?" if close else None
