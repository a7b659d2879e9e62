"""Which host roles a pool's nodes run, whatever the scheduler is: accounts, ways in, limits, audit, fabric, storage."""

from __future__ import annotations

from rackwright.catalog import Machine
from rackwright.design.host_settings import host_settings
from rackwright.design.storage import serving_pool
from rackwright.spec.cluster import ClusterSpec
from rackwright.spec.storage import Efs, FsxLustre, LustreClient, Nfs, NfsServer, NvmeRaid0, ObjectStore

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
    fabric = _fabric_roles(spec, pool, machine, efa=efa)
    return (*EVERYWHERE, *mfa, *fabric, *_storage_roles(spec, pool, machine), *strict)


def _storage_roles(spec: ClusterSpec, pool: str, machine: Machine) -> tuple[str, ...]:
    """Servers on the pool that serves, clients on every other, scratch where there are drives for it."""
    items = list(spec.storage.values())
    own = [item for item in items if isinstance(item, NfsServer | ObjectStore) and serving_pool(spec, item) == pool]
    nfs = [item for item in items if isinstance(item, Nfs | Efs | NfsServer) and item not in own]
    found = {
        "nfs_server": any(isinstance(item, NfsServer) for item in own),
        "object_store": any(isinstance(item, ObjectStore) for item in own),
        "storage_scratch": any(isinstance(item, NvmeRaid0) and _has_scratch(item, pool, machine) for item in items),
        "storage_nfs": bool(nfs),
        "storage_lustre": any(isinstance(item, FsxLustre | LustreClient) for item in items),
    }
    return tuple(role for role, wanted in found.items() if wanted)


def _has_scratch(item: NvmeRaid0, pool: str, machine: Machine) -> bool:
    chosen = pool in item.pools if item.pools else machine.gpus > 0
    return chosen and machine.nvme_devices > 0


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
