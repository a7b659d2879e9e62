"""All sections of one machine as one document; a section that cannot be read is named with its reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import accounts, containers, gpus, network, packages, scheduling, security, system
from .reading import Unreadable

Section = Callable[[], Any]

EVERYWHERE: dict[str, Section] = {
    "system": system.system,
    "packages": packages.packages,
    "updates": packages.updates,
    "sshd": accounts.sshd,
    "sysctl": system.sysctl,
    "audit": security.audit,
    "firewall": network.firewall,
    "listening": network.listening,
    "mounts": network.mounts,
    "users": accounts.users,
    "groups": accounts.groups,
    "sudo": accounts.sudo,
    "suRestricted": accounts.su_is_restricted,
    "services": system.services,
    "clock": system.clock,
    "disks": network.disks,
    "kernel": system.kernel,
    "apparmor": system.apparmor,
    "passwords": accounts.passwords,
    "logging": system.log,
    "integrity": security.integrity,
    "shellTimeoutSeconds": system.log_in_timeout,
    "credentials": security.credentials,
    "worldWritable": security.world_writable,
}
"""Sections that every machine has."""

PARTS: dict[str, Section] = {
    "gpus": gpus.gpus,
    "containers": containers.containers,
    "slurm": scheduling.slurm,
    "registry": containers.registry,
    "kubelet": scheduling.kubelet,
    "components": scheduling.components,
    "subnetManager": scheduling.subnet_manager,
}
"""Sections that only some machines have; None where a machine has none."""


def collect(name: str, role: str, paths: list[str]) -> dict[str, Any]:
    """The document of this machine, called `name`; `paths` are the files whose owner and mode are asked for."""
    props: dict[str, Any] = {"role": role}
    unread: dict[str, str] = {}
    for section, read in {**EVERYWHERE, "files": lambda: system.files(paths), **PARTS}.items():
        try:
            found = read()
        except Unreadable as problem:
            unread[f"/{section}"] = str(problem)
        except Exception as problem:  # a section that breaks must not hide the others
            unread[f"/{section}"] = f"the collector broke: {type(problem).__name__}"
        else:
            if found is not None or section not in PARTS:
                props[section] = found
    return {"type": "host:machine", "name": name, "props": props, "unread": unread}
