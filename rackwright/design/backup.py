"""What AWS Backup keeps, and for how long."""

from __future__ import annotations

from rackwright.design.governance import Backups
from rackwright.design.promises import RECORDS_LOCKED, SECURITY_MONITORED, asks_for
from rackwright.spec.cluster import ClusterSpec

BACKED_UP = frozenset({"efs", "fsx-lustre", "s3"})

COLD_LEAST_DAYS = 90
"""A recovery point stays at least this long in cold storage.
Source: AWS Backup Developer Guide, "Backup plan options and configuration", read 2026-11-21."""


def backups_of(spec: ClusterSpec) -> Backups | None:
    """The backup plan; None where the spec wants none or there is nothing to keep."""
    wanted, kept = spec.backup, _storages(spec)
    if not kept or not asks_for(spec, SECURITY_MONITORED, wanted.plan):
        return None
    hour, minute = wanted.at.split(":")
    return Backups(
        storages=kept,
        keep_days=wanted.retention,
        cold_after_days=wanted.cold_after,
        locked=asks_for(spec, RECORDS_LOCKED, wanted.locked),
        schedule=f"cron({int(minute)} {int(hour)} ? * * *)",
    )


def _storages(spec: ClusterSpec) -> tuple[str, ...]:
    """What lasts: a file system that dies with the stack or is linked to a bucket is no source of truth."""
    return tuple(
        name
        for name, item in spec.storage.items()
        if item.kind in BACKED_UP
        and getattr(item, "backup", True)
        and not getattr(item, "links", ())
        and not str(getattr(item, "deployment", "")).startswith("SCRATCH")
    )
