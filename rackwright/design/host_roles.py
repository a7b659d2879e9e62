"""Which host roles a pool's nodes run, whatever the scheduler is: accounts, ways in, limits, audit, fabric, storage."""

from __future__ import annotations

from rackwright.design.host_settings import host_settings
from rackwright.spec.cluster import ClusterSpec

EVERYWHERE = ("users", "time", "journal", "tuning", "hardening", "ssh", "firewall", "fail2ban", "patching")
"""Roles of every host, in the order of their phase."""
WHEN_STRICT = ("auditd", "integrity")
"""Roles that a compliance framework or sensitive data switches on."""


def host_roles(spec: ClusterSpec, pool: str) -> tuple[str, ...]:
    """Roles of the nodes of `pool` that this module decides, in the order of their phases."""
    del pool
    settings = host_settings(spec)
    strict = WHEN_STRICT if settings.strict else ()
    return (*EVERYWHERE, *(("mfa",) if settings.second_factor else ()), *strict)
