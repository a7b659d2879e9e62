"""Which keys encrypt what: one key, with a policy of its own, for each class of data.

A key policy can only be as narrow as the things that the key encrypts are alike. With one key for all, whoever may read
logs may read patient data, and no class can be destroyed by destroying its key.
Source: AWS KMS Developer Guide, "Least-privilege permissions"; NIST SP 800-57 part 1 r5, section 5.2 (key separation).
"""

from __future__ import annotations

from rackwright.design.governance import DataKey, KeyClass
from rackwright.spec.cluster import ClusterSpec
from rackwright.spec.storage import NvmeRaid0

SHORTEST_DAYS, LONGEST_DAYS = 90, 2560
"""Rotation periods that KMS takes. Source: AWS KMS API Reference, "EnableKeyRotation", read 2026-11-21."""


def keys_of(spec: ClusterSpec) -> tuple[DataKey, ...]:
    """Keys of a cluster on AWS, in a fixed order; none on a site of one's own, whose drives encrypt by themselves."""
    if spec.target.kind == "on-prem":
        return ()
    scratch = any(isinstance(item, NvmeRaid0) and _wrapped(item) for item in spec.storage.values())
    days = max(SHORTEST_DAYS, min(spec.access.key_rotation, LONGEST_DAYS))
    return (
        DataKey(
            name="data",
            purpose="Volumes, file systems and data buckets",
            services=("ec2", "elasticfilesystem", "fsx", "s3"),
            rotation_days=days,
        ),
        DataKey(
            name="logs",
            purpose="Log groups, trails, flow logs and records of the configuration",
            services=("s3",),
            writers=("logs", "cloudtrail", "config", "flow-logs"),
            rotation_days=days,
        ),
        DataKey(name="secrets", purpose="Secrets", services=("secretsmanager",), rotation_days=days),
        DataKey(name="alerts", purpose="Topics of alarms", services=("sns",), writers=("alarms",), rotation_days=days),
        DataKey(name="backups", purpose="Recovery points", services=("backup", "s3"), rotation_days=days),
        DataKey(name="images", purpose="Container images", services=("ecr",), rotation_days=days),
        *(
            (DataKey(name="scratch", purpose="Keys of local drives", of_nodes=True, rotation_days=days),)
            if scratch
            else ()
        ),
    )


def _wrapped(item: NvmeRaid0) -> bool:
    return item.encrypted and item.key_in == "kms"


def key_alias(cluster: str, name: KeyClass) -> str:
    """Name of a key that is known before the key is: ``alias/h100-train-scratch``."""
    return f"alias/{cluster}-{name}"
