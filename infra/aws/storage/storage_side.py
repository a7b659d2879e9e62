"""The storage side of a cluster: buckets and file systems, as designed."""

from __future__ import annotations

import pulumi

from infra.aws.bucket import SecureBucket, bucket_name
from infra.aws.context import Context, Keys
from infra.aws.documents import bucket_arn, bucket_policy
from infra.aws.network.network_side import NetworkSide
from infra.aws.storage.access_logs import AccessLogBucket
from infra.aws.storage.storage import Home, Scratch
from rackwright.design.governance import StorageTerms
from rackwright.design.model import Design, Network, Storage

Mountable = dict[str, pulumi.Output[str]]
"""What a client needs to mount a file system: `id`, `dns_name` and, for Lustre, `mount_name`."""


class StorageSide(pulumi.ComponentResource):
    """Buckets and file systems; with `deletion: retain` the engine refuses to delete them."""

    buckets: dict[str, SecureBucket]
    """By name in the design."""
    file_systems: dict[str, Mountable]
    """By name in the design."""
    mount_names: pulumi.Output[dict[str, str]]
    """Lustre file system by name in the design -> name that AWS chose for its mount."""
    arns: dict[str, pulumi.Output[str]]
    """Of buckets and file systems, by name in the design."""
    outputs: dict[str, object]
    """What the stack exports of this side."""

    def __init__(self, context: Context, keys: Keys, network: NetworkSide) -> None:
        super().__init__("rackwright:aws:StorageSide", f"{context.prefix}-storage", None, context.child)
        self._context, self._keys, self._network = context.within(self), keys, network
        design = context.design
        self.arns = {}
        self._log_bucket = self._declare_log_bucket()
        self.buckets = {storage.name: self._declare_bucket(storage) for storage in of_kind(design, "s3")}
        self.file_systems = {
            **{storage.name: self._declare_scratch(storage) for storage in of_kind(design, "fsx-lustre")},
            **{storage.name: self._declare_home(storage) for storage in of_kind(design, "efs")},
        }
        chosen: dict[str, pulumi.Input[str]] = {
            name: told["mount_name"] for name, told in self.file_systems.items() if "mount_name" in told
        }
        names_known = pulumi.Output.all(*chosen.values())
        self.mount_names = names_known.apply(lambda found: dict(zip(chosen, found, strict=True)))
        names = {name: bucket.bucket for name, bucket in self.buckets.items()}
        self.outputs = {"buckets": names, "file_systems": self.file_systems}
        self.register_outputs(self.outputs)

    def _declare_log_bucket(self) -> pulumi.Output[str] | None:
        """Where S3 writes who read and wrote the data; None where no bucket wants that."""
        context, storages = self._context, of_kind(self._context.design, "s3")
        if not any(self._terms(storage).access_logs for storage in storages):
            return None
        logs = AccessLogBucket(
            f"{context.prefix}-access-logs",
            context,
            physical_name=bucket_name(context.prefix, "access-logs", context.region),
            opts=context.child,
        )
        return logs.ready_bucket

    def _terms(self, storage: Storage) -> StorageTerms:
        return self._context.design.governance.storage.get(storage.name, StorageTerms())

    def _declare_bucket(self, storage: Storage) -> SecureBucket:
        context, physical = self._context, physical_name(self._context.design, storage, self._context.region)
        terms = self._terms(storage)
        bucket = SecureBucket(
            f"{context.prefix}-{storage.name}",
            physical_name=physical,
            key_arn=terms.key or self._keys.data,
            retention_days=storage.retention_days or context.design.retention_days,
            policy=bucket_policy(bucket_arn(physical, context.region)),
            tags=context.tags,
            versioning=storage.versioning,
            object_lock=storage.object_lock,
            lock_mode=terms.lock_mode,
            expire_days=terms.expire_days,
            access_logs=self._log_bucket if terms.access_logs else None,
            protect=self._holds(storage),
            opts=context.child,
        )
        self.arns[storage.name] = bucket.arn
        return bucket

    def _declare_scratch(self, storage: Storage) -> Mountable:
        context = self._context
        scratch = Scratch(
            f"{context.prefix}-{storage.name}",
            context,
            storage=storage,
            vpc_id=self._network.vpc_id,
            subnet_id=self._network.subnet_ids[storage.subnet or _gpu_subnet(context.design)],
            clients=self._network.node_group_id,
            fabric=self._network.fabric_group_id,
            key_arn=self._keys.data,
            protect=self._holds(storage),
            opts=context.child,
        )
        self.arns[storage.name] = scratch.arn
        return {"id": scratch.file_system_id, "dns_name": scratch.dns_name, "mount_name": scratch.mount_name}

    def _declare_home(self, storage: Storage) -> Mountable:
        context, ids = self._context, self._network.subnet_ids
        home = Home(
            f"{context.prefix}-{storage.name}",
            context,
            storage=storage,
            vpc_id=self._network.vpc_id,
            subnet_ids={zone: ids[subnet] for zone, subnet in _subnet_by_zone(context.design.network).items()},
            clients=self._network.node_group_id,
            key_arn=self._keys.data,
            protect=self._holds(storage),
            opts=context.child,
        )
        self.arns[storage.name] = home.arn
        points = {f"access_point_{name}": id_ for name, id_ in home.access_points.items()}
        return {"id": home.file_system_id, "dns_name": home.dns_name, **points}

    def _holds(self, storage: Storage) -> bool:
        """Whether the engine must refuse to delete `storage`."""
        return self._context.protect and storage.deletion == "retain"


def of_kind(design: Design, kind: str) -> list[Storage]:
    """Storages of one kind, in the order of the design."""
    return [storage for storage in design.storage if storage.kind == kind]


def physical_name(design: Design, storage: Storage, region: str) -> str:
    """Bucket name of a storage, known before the apply."""
    return bucket_name(design.name, storage.name, region)


def data_bucket_arns(design: Design, region: str) -> list[str]:
    """ARNs of the buckets that hold data, known before the apply."""
    return [bucket_arn(physical_name(design, storage, region), region) for storage in of_kind(design, "s3")]


def _gpu_subnet(design: Design) -> str:
    return next(pool.subnet for pool in design.pools if pool.role == "gpu")


def _subnet_by_zone(network: Network) -> dict[str, str]:
    """One inner subnet in each zone, the private one first: EFS takes one mount target per zone."""
    found: dict[str, str] = {}
    for subnet in sorted(network.subnets, key=lambda subnet: subnet.tier != "private"):
        if subnet.tier != "public":
            found.setdefault(subnet.zone_id, subnet.name)
    return found
