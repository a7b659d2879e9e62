"""Storage: a union by `kind`, each with its own fields."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from rackwright.spec.base import Arn, MountPoint, SpecModel
from rackwright.spec.target import ZoneId
from rackwright.units import Days, GiB, MbpsPerTiB


class _Shared(SpecModel):
    encrypted: bool = True
    """Encrypted at rest."""
    key: Arn | None = None
    """KMS key; None takes the cluster's own."""
    deletion: Literal["retain", "delete"] = "retain"
    """What happens to the data when the stack is destroyed."""


class DataLink(SpecModel):
    """A directory of a Lustre file system that mirrors an S3 prefix."""

    path: MountPoint
    """Directory on the file system."""
    bucket: str
    """``s3://bucket/prefix``."""
    import_changes: bool = True
    """Changes in the bucket appear on the file system."""
    export_changes: bool = False
    """Changes on the file system are written to the bucket."""


class FsxLustre(_Shared):
    """FSx for Lustre."""

    kind: Literal["fsx-lustre"]
    """Amazon FSx for Lustre."""
    mount: MountPoint
    """Where nodes mount it."""
    capacity: GiB
    """Size; sold in steps (RW-STO-001)."""
    deployment: Literal["PERSISTENT_2", "PERSISTENT_1", "SCRATCH_2", "SCRATCH_1"] = "PERSISTENT_2"
    """Kind of file system."""
    storage_type: Literal["ssd", "hdd"] = "ssd"
    """Kind of drives."""
    throughput: MbpsPerTiB | None = None
    """For each TiB; None takes 500 on PERSISTENT_2 and 200 on PERSISTENT_1, and nothing on SCRATCH."""
    efa: bool = False
    """EFA between clients and servers; cannot be changed later."""
    metadata_iops: int | None = Field(None, ge=1500)
    """Provisioned metadata operations per second; None means automatic."""
    backup_retention: Days | None = None
    """Keep daily backups this long; None keeps none."""
    root_squash: bool = True
    """Root on a client is nobody on the file system."""
    compression: bool = True
    """LZ4 compression on the servers."""
    links: tuple[DataLink, ...] = ()
    """Mirrors of S3 prefixes."""
    zone_id: ZoneId | None = None
    """Zone; None takes the zone of the first GPU pool."""


class Efs(_Shared):
    """Elastic File System."""

    kind: Literal["efs"]
    """Amazon Elastic File System."""
    mount: MountPoint
    """Where nodes mount it."""
    throughput_mode: Literal["elastic", "bursting"] = "elastic"
    """How throughput is bought."""
    tls: bool = True
    """Encrypted on the wire."""
    iam: bool = True
    """Clients prove who they are."""
    backup: bool = True
    """Daily backups."""
    one_zone: bool = False
    """One zone only: cheaper, lost with the zone."""


class S3(_Shared):
    """An S3 bucket."""

    kind: Literal["s3"]
    """A bucket of Amazon S3."""
    retention: Days | None = None
    """Objects are kept at least this long; None takes the monitoring retention."""
    expire: Days | None = None
    """Objects are removed after this long; None never."""
    versioning: bool = True
    """Keep former versions of objects."""
    object_lock: bool = False
    """Objects cannot be changed or removed before `retention` is over."""
    replicate_to: str | None = None
    """Region that a copy is kept in."""
    public: bool = False
    """Anyone may read."""
    tls_only: bool = True
    """Refuse requests in the clear."""
    access_logs: bool = True
    """Record who reads and writes."""


class NvmeRaid0(SpecModel):
    """The local NVMe drives of each GPU node as one scratch volume; lost with the node."""

    kind: Literal["nvme-raid0"]
    """Scratch on a node's own NVMe drives."""
    mount: MountPoint = "/scratch"
    """Where nodes mount it."""
    wipe: bool = True
    """Erase when a node leaves (the drives of AWS instances erase themselves)."""
    encrypted: bool = True
    """Encrypted at rest."""
    key_in: Literal["memory", "tpm", "kms"] = "memory"
    """Where the key lives: in memory until the node stops, in its TPM, or wrapped by the cluster's KMS key."""
    pools: tuple[str, ...] = ()
    """Pools; empty means every GPU pool whose machine has drives."""


class Nfs(SpecModel):
    """An existing NFS server."""

    kind: Literal["nfs"]
    """An NFS server of the site."""
    mount: MountPoint
    """Where nodes mount it."""
    server: str
    """Address or name."""
    export: MountPoint
    """Directory that the server exports."""
    version: Literal["4.2", "4.1", "4.0", "3"] = "4.2"
    """Protocol version."""
    security: Literal["sys", "krb5", "krb5i", "krb5p"] = "sys"
    """How users prove who they are (`sys` trusts the client)."""
    tls: bool = False
    """NFS over TLS (RFC 9289)."""


class NfsServer(SpecModel):
    """An NFS server on nodes of the cluster (a site of one's own)."""

    kind: Literal["nfs-server"]
    """An NFS server of the cluster's own."""
    mount: MountPoint
    """Where nodes mount it."""
    export: MountPoint = "/srv/nfs"
    """Directory that the server exports."""
    pool: str | None = None
    """Pool whose first node serves; None takes the pool with role `storage`."""
    user_quota: GiB | None = None
    """Space that one user may fill; None sets no limit."""
    security: Literal["sys", "krb5", "krb5i", "krb5p"] = "sys"
    """How users prove who they are (`sys` trusts the client)."""
    tls: bool = True
    """NFS over TLS (RFC 9289)."""


class ObjectStore(SpecModel):
    """An object store that speaks S3, on nodes of the cluster (a site of one's own)."""

    kind: Literal["object-store"]
    """An S3-compatible object store of the cluster's own."""
    folder: MountPoint = "/srv/objects"
    """Directory that holds the objects."""
    pool: str | None = None
    """Pool whose first node serves; None takes the pool with role `storage`."""


class LustreClient(SpecModel):
    """An existing Lustre file system."""

    kind: Literal["lustre"]
    """A Lustre file system of the site; nodes are its clients."""
    mount: MountPoint
    """Where nodes mount it."""
    server: str
    """Management server NIDs: ``10.0.0.1@o2ib:10.0.0.2@o2ib``."""
    filesystem: Annotated[str, Field(pattern=r"^[A-Za-z0-9]{1,8}$")]
    """Name of the file system."""
    client_version: str | None = None
    """Client release to install; None takes the one in the lock."""


StorageSpec = Annotated[
    FsxLustre | Efs | S3 | NvmeRaid0 | Nfs | NfsServer | ObjectStore | LustreClient, Field(discriminator="kind")
]
