"""How each storage on AWS is kept: metadata, links, access points, access logs, locks and ends of life."""

from __future__ import annotations

from rackwright.design.governance import AccessPoint, Link, StorageTerms
from rackwright.design.host_settings import stable_id
from rackwright.design.promises import asks_for
from rackwright.spec.cluster import ClusterSpec
from rackwright.spec.governance import Framework
from rackwright.spec.storage import S3, DataLink, Efs, FsxLustre

NOBODY = "65534:65534"

UNALTERABLE: frozenset[Framework] = frozenset({"sox"})
"""Frameworks whose records nobody at all may alter before their time, not even an administrator (17 CFR 210.2-06)."""


def terms_of(spec: ClusterSpec) -> dict[str, StorageTerms]:
    """Terms of each file system and bucket, by name; none on a site of one's own."""
    if spec.target.kind == "on-prem":
        return {}
    found: dict[str, StorageTerms] = {}
    for name, item in spec.storage.items():
        match item:
            case FsxLustre():
                found[name] = _lustre(item)
            case Efs():
                found[name] = _efs(spec, item)
            case S3():
                found[name] = _bucket(spec, item)
    return found


def _lustre(item: FsxLustre) -> StorageTerms:
    return StorageTerms(
        key=item.key,
        drives="HDD" if item.storage_type == "hdd" else "SSD",
        metadata_iops=item.metadata_iops,
        root_squash=NOBODY if item.root_squash else None,
        compressed=item.compression,
        links=tuple(_link(link) for link in item.links),
    )


def _link(link: DataLink) -> Link:
    return Link(path=link.path, bucket=link.bucket, imports=link.import_changes, exports=link.export_changes)


def _efs(spec: ClusterSpec, item: Efs) -> StorageTerms:
    return StorageTerms(
        key=item.key,
        throughput_mode=item.throughput_mode,
        one_zone=item.one_zone,
        access_points=tuple(
            AccessPoint(name=group, path=f"/groups/{group}", gid=stable_id(f"group {group}"))
            for group in sorted(spec.access.groups)
        ),
    )


def _bucket(spec: ClusterSpec, item: S3) -> StorageTerms:
    strict = spec.data.classification == "financial" and spec.target.kind == "aws"
    return StorageTerms(
        key=item.key,
        expire_days=item.expire,
        access_logs=item.access_logs,
        lock_mode="COMPLIANCE" if item.object_lock and strict and asks_for(spec, UNALTERABLE, None) else "GOVERNANCE",
    )
