"""Storages of the spec -> storages of the design, and which pools serve or use them."""

from __future__ import annotations

from collections.abc import Sequence

from rackwright.design.model import Pool, Storage
from rackwright.design.needs import zone_of_storage
from rackwright.diagnostics import InputError
from rackwright.spec.cluster import ClusterSpec
from rackwright.spec.storage import (
    S3,
    Efs,
    FsxLustre,
    LustreClient,
    Nfs,
    NfsServer,
    NvmeRaid0,
    ObjectStore,
    StorageSpec,
)

DEFAULT_THROUGHPUT = {"PERSISTENT_2": 500, "PERSISTENT_1": 200}
"""MB/s/TiB when the spec names none (our choice: the middle for training)."""

Fields = dict[str, object]
"""Fields of `Storage`."""

BACKUP_DAYS = 35
"""Longest that EFS keeps its automatic backups by default: AWS Backup, plan "aws/efs/automatic-backup-plan"."""


def storages(spec: ClusterSpec, pools: Sequence[Pool]) -> tuple[Storage, ...]:
    """Every storage, in the order of the spec.

    Raises `InputError` for a server without a pool of known addresses to run on.
    """
    return tuple(_storage(spec, name, item, pools) for name, item in spec.storage.items())


def serving_pool(spec: ClusterSpec, item: NfsServer | ObjectStore) -> str | None:
    """Name of the pool whose first node serves `item`; None when there is none."""
    return item.pool or next(iter(spec.pools_of("storage")), None)


def _storage(spec: ClusterSpec, name: str, item: StorageSpec, pools: Sequence[Pool]) -> Storage:
    common: Fields = {"name": name, "kind": item.kind, "mount": getattr(item, "mount", None)}
    return Storage.model_validate(common | _particulars(spec, name, item, pools))


def _particulars(spec: ClusterSpec, name: str, item: StorageSpec, pools: Sequence[Pool]) -> Fields:
    """What only this kind of storage has."""
    found: Fields
    match item:
        case FsxLustre():
            found = _lustre(spec, item)
        case S3():
            found = {"retention_days": item.retention or spec.monitoring.retention, **_kept(item)}
            found |= {"object_lock": item.object_lock, "versioning": item.versioning}
        case Nfs():
            found = {"server": item.server, "export": item.export, "version": item.version, **_way(item)}
        case LustreClient():
            found = {"server": item.server, "export": item.filesystem}
        case NvmeRaid0():
            found = {"encrypted": item.encrypted, "deletion": "delete", "wipe": item.wipe}
            found |= {"key_in": item.key_in, "pools": item.pools}
        case NfsServer() | ObjectStore():
            found = _served(spec, name, item, pools)
        case Efs():
            found = {"tls": item.tls, "iam": item.iam, "backup_days": BACKUP_DAYS if item.backup else None}
            found |= _kept(item)
    return found


def _kept(item: S3 | Efs | FsxLustre) -> Fields:
    return {"encrypted": item.encrypted, "deletion": item.deletion}


def _way(item: Nfs | NfsServer) -> Fields:
    return {"tls": item.tls, "security": item.security}


def _lustre(spec: ClusterSpec, item: FsxLustre) -> Fields:
    return {
        "capacity_gib": item.capacity,
        "throughput_mbps_per_tib": item.throughput or DEFAULT_THROUGHPUT.get(item.deployment),
        "subnet": f"isolated-{zone_of_storage(spec, item)}",
        "deployment": item.deployment,
        "efa": item.efa,
        "backup_days": item.backup_retention,
        **_kept(item),
    }


def _served(spec: ClusterSpec, name: str, item: NfsServer | ObjectStore, pools: Sequence[Pool]) -> Fields:
    wanted = serving_pool(spec, item)
    address = next((pool.addresses[0] for pool in pools if pool.name == wanted and pool.addresses), None)
    if wanted is None or address is None:
        raise InputError(
            f"storage {name} has no pool with known addresses to run on",
            where=spec.where(("storage", name)),
            hint="name one with `pool`, or add a pool with role storage (a site of one's own knows its addresses)",
        )
    if isinstance(item, ObjectStore):
        return {"server": address, "export": item.folder, "pools": (wanted,)}
    limit = {"version": "4.2", "user_quota_gib": item.user_quota}
    return {"server": address, "export": item.export, "pools": (wanted,), **limit, **_way(item)}
