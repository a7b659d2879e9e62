"""Which host roles a pool's nodes run, whatever the scheduler is: accounts, ways in, limits, audit, fabric, storage."""

from __future__ import annotations

from rackwright.catalog import Machine
from rackwright.design.host_settings import host_settings
from rackwright.spec.cluster import ClusterSpec

EVERYWHERE = ("users", "time", "journal", "tuning", "hardening", "ssh", "firewall", "fail2ban", "patching")
"""Roles of every host, in the order of their phase."""
WHEN_STRICT = ("auditd", "integrity")
"""Roles that a compliance framework or sensitive data switches on."""


def host_roles(spec: ClusterSpec, pool: str, machine: Machine, *, efa: bool) -> tuple[str, ...]:
    """Roles of the nodes of `pool` that this module decides, in the order of their phases.

    `efa` says whether the nodes have EFA interfaces.
    """
    settings = host_settings(spec)
    strict = WHEN_STRICT if settings.strict else ()
    mfa = ("mfa",) if settings.second_factor else ()
    return (*EVERYWHERE, *mfa, *_fabric_roles(spec, pool, machine, efa=efa), *strict)


def _fabric_roles(spec: ClusterSpec, pool: str, machine: Machine, *, efa: bool) -> tuple[str, ...]:
    """EFA by its interfaces; on a site the spec's fabric on GPU nodes, and its manager where no appliance does that."""
    if efa:
        return ("fabric_efa",)
    if spec.fabric is None:
        return ()
    if machine.gpus and machine.nics:
        return ("fabric_infiniband",) if spec.fabric.kind == "infiniband" else ("roce",)
    manages = spec.fabric.kind == "infiniband" and not spec.fabric.ufm and spec.pools[pool].role == "control"
    return ("subnet_manager",) if manages else ()
