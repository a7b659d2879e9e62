"""FSx for Lustre, EFS, S3, local drives, and file servers of one's own."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address

from rackwright.preflight.rule import Fault, Severity, rule
from rackwright.preflight.view import View
from rackwright.spec.places import Path
from rackwright.spec.storage import S3, Efs, FsxLustre, LustreClient, Nfs, NvmeRaid0

BACKUP_DAYS = 90
WHOLE_NODE = 8
"""GPUs of a node that is used whole."""
LONGEST_BUCKET = 63
TRAINING_ROOT_GIB = 300
SMALLEST_ROOT, LARGEST_ROOT = 8, 65536
"""GiB. Source: https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html."""

THROUGHPUT = {
    ("PERSISTENT_2", "ssd"): (125, 250, 500, 1000),
    ("PERSISTENT_1", "ssd"): (50, 100, 200),
    ("PERSISTENT_1", "hdd"): (12, 40),
}
"""MB/s/TiB. Source: https://docs.aws.amazon.com/fsx/latest/LustreGuide/performance.html, read 2026-11-21."""
EFA_LEAST_GIB = {125: 38400, 250: 19200, 500: 9600, 1000: 4800}
"""Smallest file system with EFA. Source: https://docs.aws.amazon.com/fsx/latest/LustreGuide/efa-file-systems.html."""
METADATA_IOPS = (1500, 3000, 6000, *range(12000, 192001, 12000))
_SYSTEM = tuple(
    f"/{name}"
    for name in ["bin", "boot", "dev", "etc", "lib", "proc", "root", "run", "sbin", "sys", "tmp", "usr", "var"]
)
_CLIENT_SYSTEMS = ("ubuntu-22.04", "ubuntu-24.04", "rocky-9", "al2023")
_NODE_MBS = 1000


def _lustre(view: View) -> Iterator[tuple[str, FsxLustre]]:
    return ((name, item) for name, item in view.spec.storage.items() if isinstance(item, FsxLustre))


def _efs(view: View) -> Iterator[tuple[str, Efs]]:
    return ((name, item) for name, item in view.spec.storage.items() if isinstance(item, Efs))


def _buckets(view: View) -> Iterator[tuple[str, S3]]:
    return ((name, item) for name, item in view.spec.storage.items() if isinstance(item, S3))


def _mounts(view: View) -> list[tuple[str, str]]:
    mounts = [(name, getattr(item, "mount", None)) for name, item in view.spec.storage.items()]
    return [(name, mount.rstrip("/")) for name, mount in mounts if mount]


def _unit(item: FsxLustre) -> int | None:
    """GiB that the capacity must be a multiple of; None for kinds with a rule of their own."""
    if item.deployment == "SCRATCH_1":
        return 3600
    if item.storage_type == "hdd":
        return {12: 6000, 40: 1800}.get(item.throughput or 0)
    return 2400


@rule("RW-STO-001")
def lustre_capacity_is_sold(view: View) -> Iterator[Fault]:
    """FSx for Lustre has a capacity that is sold.

    SSD: 1,200 GiB or multiples of 2,400; SCRATCH_1: 1,200, 2,400 or multiples of 3,600; HDD: multiples of 6,000 at
    12 MB/s/TiB and of 1,800 at 40.

    Source: https://docs.aws.amazon.com/fsx/latest/APIReference/API_CreateFileSystem.html (StorageCapacity);
    AWS ParallelCluster, FsxStorageCapacityValidator
    """
    for name, item in _lustre(view):
        unit, small = _unit(item), {"SCRATCH_1": (1200, 2400)}.get(item.deployment, (1200,))
        if unit is None or item.capacity % unit == 0 or (item.storage_type == "ssd" and item.capacity in small):
            continue
        near = -(-item.capacity // unit) * unit
        summary = f"{item.capacity} GiB is not sold for {item.deployment} {item.storage_type}, the unit is {unit} GiB"
        yield Fault(("storage", name, "capacity"), summary, f"use {near} GiB")


@rule("RW-STO-002")
def lustre_throughput_is_sold(view: View) -> Iterator[Fault]:
    """FSx for Lustre has a throughput that its kind is sold with.

    Source: https://docs.aws.amazon.com/fsx/latest/LustreGuide/performance.html; ParallelCluster,
    FsxStorageTypeOptionsValidator
    """
    for name, item in _lustre(view):
        sold = THROUGHPUT.get((item.deployment, item.storage_type))
        wanted = item.throughput
        if sold and wanted is not None and wanted not in sold:
            kind = f"{item.deployment} {item.storage_type}"
            summary = f"throughput is {item.throughput} MB/s/TiB, {kind} is sold with {', '.join(map(str, sold))}"
            yield Fault(("storage", name, "throughput"), summary, f"use {min(sold, key=lambda s: abs(s - wanted))}")


@rule("RW-STO-003")
def scratch_has_no_throughput(view: View) -> Iterator[Fault]:
    """A scratch file system names no throughput.

    It has a fixed 200 MB/s/TiB; the API refuses the parameter.

    Source: https://docs.aws.amazon.com/fsx/latest/APIReference/API_CreateFileSystemLustreConfiguration.html
    """
    for name, item in _lustre(view):
        if item.deployment.startswith("SCRATCH") and item.throughput is not None:
            where: Path = ("storage", name, "throughput")
            yield Fault(where, f"{item.deployment} has a fixed 200 MB/s/TiB", "leave throughput out")


@rule("RW-STO-004")
def hdd_is_persistent_1(view: View) -> Iterator[Fault]:
    """Lustre on HDD is PERSISTENT_1, with a throughput.

    Source: AWS ParallelCluster, FsxStorageTypeOptionsValidator;
    https://docs.aws.amazon.com/fsx/latest/LustreGuide/using-fsx-lustre.html
    """
    for name, item in _lustre(view):
        if item.storage_type == "hdd" and (item.deployment != "PERSISTENT_1" or item.throughput is None):
            summary = f"storage_type hdd with {item.deployment} and throughput {item.throughput or 'unset'}"
            yield Fault(("storage", name, "storage_type"), summary, "use PERSISTENT_1 with 12 or 40 MB/s/TiB, or ssd")


@rule("RW-STO-005")
def own_key_needs_persistence(view: View) -> Iterator[Fault]:
    """Only persistent Lustre takes a KMS key of one's own.

    Scratch file systems are encrypted with a key of the service; the API refuses another.

    Source: AWS ParallelCluster, FsxPersistentOptionsValidator;
    https://docs.aws.amazon.com/fsx/latest/LustreGuide/encryption-at-rest.html
    """
    for name, item in _lustre(view):
        if item.key and item.deployment.startswith("SCRATCH"):
            yield Fault(("storage", name, "key"), f"{item.deployment} takes no key", "use PERSISTENT_2")


@rule("RW-STO-006")
def backups_need_persistence(view: View) -> Iterator[Fault]:
    """Only persistent Lustre that is not linked to S3 is backed up, for at most 90 days.

    Source: https://docs.aws.amazon.com/fsx/latest/LustreGuide/using-backups-fsx.html; ParallelCluster,
    FsxBackupOptionsValidator
    """
    for name, item in _lustre(view):
        kept = item.backup_retention
        if kept and (item.deployment.startswith("SCRATCH") or item.links or kept > BACKUP_DAYS):
            summary = f"{kept} days of backups for {item.deployment} with {len(item.links)} links cannot be had"
            yield Fault(("storage", name, "backup_retention"), summary, "PERSISTENT_2 without links, up to 90 days")


@rule("RW-STO-007", frameworks=("hipaa", "gdpr", "pci-dss", "nist-800-53"))
def sensitive_data_is_not_on_scratch(view: View) -> Iterator[Fault]:
    """Personal, health and financial data is on persistent Lustre.

    SCRATCH_1 is not encrypted in transit, scratch takes no key of one's own, and a lost server loses its files.

    Source: https://docs.aws.amazon.com/fsx/latest/LustreGuide/encryption-in-transit-fsxl.html; 45 CFR 164.312(e)(1)
    """
    for name, item in _lustre(view):
        if view.sensitive and item.deployment.startswith("SCRATCH"):
            summary = f"{view.spec.data.classification} data on {item.deployment}"
            yield Fault(("storage", name, "deployment"), summary, "use PERSISTENT_2")


@rule("RW-STO-008")
def lustre_over_efa_is_possible(view: View) -> Iterator[Fault]:
    """Lustre over EFA is PERSISTENT_2 on SSD with provisioned metadata.

    EFA cannot be switched on later; the file system has to be made anew.

    Source: https://docs.aws.amazon.com/fsx/latest/LustreGuide/efa-file-systems.html
    """
    for name, item in _lustre(view):
        fits = item.deployment == "PERSISTENT_2" and item.storage_type == "ssd" and item.metadata_iops is not None
        if item.efa and not fits:
            summary = f"efa with {item.deployment} {item.storage_type}, metadata_iops {item.metadata_iops or 'unset'}"
            yield Fault(("storage", name, "efa"), summary, "use PERSISTENT_2, ssd and metadata_iops: 6000 or more")


@rule("RW-STO-009")
def lustre_over_efa_is_large(view: View) -> Iterator[Fault]:
    """Lustre over EFA has the smallest capacity for its throughput.

    19,200 GiB at 250 MB/s/TiB, 4,800 at 1,000: EFA servers come in one size.

    Source: https://docs.aws.amazon.com/fsx/latest/LustreGuide/efa-file-systems.html;
    aws-samples awsome-distributed-training (ml-cluster-prerequisites.yaml)
    """
    for name, item in _lustre(view):
        least = EFA_LEAST_GIB.get(item.throughput or 500, 0)
        if item.efa and item.capacity < least:
            summary = f"{item.capacity} GiB with EFA at {item.throughput or 500} MB/s/TiB, at least {least} GiB"
            yield Fault(("storage", name, "capacity"), summary, f"use {least} GiB")


@rule("RW-STO-010")
def metadata_rate_is_sold(view: View) -> Iterator[Fault]:
    """Provisioned metadata operations have a value that is sold, on PERSISTENT_2.

    1,500, 3,000, 6,000, and multiples of 12,000 up to 192,000.

    Source: https://docs.aws.amazon.com/fsx/latest/LustreGuide/managing-metadata-performance.html
    """
    for name, item in _lustre(view):
        iops = item.metadata_iops
        if iops is not None and (iops not in METADATA_IOPS or item.deployment != "PERSISTENT_2"):
            summary = f"metadata_iops {iops} is not sold for {item.deployment}"
            yield Fault(("storage", name, "metadata_iops"), summary, "1500, 3000, 6000 or a multiple of 12000")


@rule("RW-STO-011")
def links_are_few(view: View) -> Iterator[Fault]:
    """A Lustre file system has at most eight S3 links, and SCRATCH_1 none.

    Source: https://docs.aws.amazon.com/fsx/latest/LustreGuide/create-dra-linked-data-repo.html; ParallelCluster,
    FsxDraValidator
    """
    for name, item in _lustre(view):
        limit = 0 if item.deployment == "SCRATCH_1" else 8
        if len(item.links) > limit:
            summary = f"{len(item.links)} links, {item.deployment} takes {limit}"
            yield Fault(("storage", name, "links"), summary, "link a common prefix, or make a second file system")


@rule("RW-STO-012")
def links_do_not_overlap(view: View) -> Iterator[Fault]:
    """Directories and prefixes of the links of a file system do not lie in one another.

    The service refuses two links on overlapping paths or overlapping prefixes.

    Source: https://docs.aws.amazon.com/fsx/latest/LustreGuide/overview-dra-data-repo.html
    """
    for name, item in _lustre(view):
        for index, link in enumerate(item.links):
            before = item.links[:index]
            if any(_inside(link.path, one.path) or _inside(link.bucket, one.bucket) for one in before):
                summary = f"'{link.path}' or '{link.bucket}' overlaps an earlier link"
                yield Fault(("storage", name, "links", index), summary, "use separate directories and prefixes")


def _inside(one: str, other: str) -> bool:
    """Whether one path is the other or lies in it, either way round."""
    a, b = one.rstrip("/") + "/", other.rstrip("/") + "/"
    return a.startswith(b) or b.startswith(a)


@rule("RW-STO-013")
def links_name_buckets(view: View) -> Iterator[Fault]:
    """A link names a bucket as ``s3://bucket/prefix``.

    Source: AWS ParallelCluster, S3BucketUriValidator
    """
    for name, item in _lustre(view):
        for index, link in enumerate(item.links):
            if not link.bucket.startswith("s3://") or len(link.bucket) < len("s3://abc"):
                where: Path = ("storage", name, "links", index, "bucket")
                yield Fault(where, f"'{link.bucket}' is not a bucket", "write it as s3://bucket/prefix")


@rule("RW-STO-014", Severity.WARNING)
def storage_is_near_the_gpus(view: View) -> Iterator[Fault]:
    """A file system is in the zone of the GPU pools.

    Traffic between zones costs 0.01 USD a GB each way and adds latency to every file operation.

    Source: AWS ParallelCluster, UnmanagedFsxMultiAzValidator; https://aws.amazon.com/ec2/pricing/on-demand/
    """
    zones = {pool.zone for pool in view.gpu_pools}
    for name, item in _lustre(view):
        if item.zone_id and zones and item.zone_id not in zones:
            summary = f"file system in {item.zone_id}, GPUs in {', '.join(sorted(zones))}"
            yield Fault(("storage", name, "zone_id"), summary, "leave zone_id out")


@rule("RW-STO-015")
def mounts_are_distinct(view: View) -> Iterator[Fault]:
    """No two storages are mounted at one place, or one inside the other.

    The later mount hides the earlier one, or waits for it at boot for ever.

    Source: AWS ParallelCluster, DuplicateMountDirValidator and OverlappingMountDirValidator
    """
    mounts = _mounts(view)
    for index, (name, mount) in enumerate(mounts):
        clash = next((other for other, place in mounts[:index] if _inside(place, mount)), None)
        if clash:
            yield Fault(
                ("storage", name, "mount"), f"'{mount}' collides with the mount of '{clash}'", "move one of them"
            )


@rule("RW-STO-016")
def mounts_leave_the_system_alone(view: View) -> Iterator[Fault]:
    """Nothing is mounted over a directory of the operating system.

    A node whose /usr or /etc is hidden does not come up.

    Source: AWS ParallelCluster, SharedStorageMountDirValidator
    """
    for name, mount in _mounts(view):
        if any(mount == place or mount.startswith(f"{place}/") for place in _SYSTEM):
            yield Fault(("storage", name, "mount"), f"'{mount}' belongs to the operating system", "use /fsx or /shared")


@rule("RW-STO-017", Severity.WARNING)
def homes_are_shared(view: View) -> Iterator[Fault]:
    """A Slurm cluster of several nodes has a shared file system.

    Without one a job finds neither its script nor its output on another node.

    Source: https://slurm.schedmd.com/quickstart_admin.html (user homes on all nodes)
    """
    shared = [item for item in view.spec.storage.values() if not isinstance(item, S3 | NvmeRaid0)]
    nodes = sum(pool.most for pool in view.pools if pool.spec.role != "control")
    if view.spec.slurm and nodes > 1 and not shared:
        yield Fault(("storage",), f"{nodes} nodes and no shared file system", "add one of kind efs, fsx-lustre or nfs")


@rule("RW-STO-018", Severity.WARNING)
def data_survives_the_stack(view: View) -> Iterator[Fault]:
    """Data is kept when the stack is destroyed.

    `deletion: delete` removes the file system or bucket with everything in it.

    Source: AWS ParallelCluster, DeletionPolicyValidator; https://github.com/aws/aws-parallelcluster/issues/1544
    """
    for name, item in view.spec.storage.items():
        if getattr(item, "deletion", "retain") == "delete":
            yield Fault(("storage", name, "deletion"), f"'{name}' is deleted with the stack", "write deletion: retain")


@rule("RW-STO-019", Severity.WARNING)
def homes_survive_a_zone(view: View) -> Iterator[Fault]:
    """An EFS for sensitive data is in several zones.

    A One Zone file system is lost with its zone.

    Source: https://docs.aws.amazon.com/efs/latest/ug/features.html#file-system-type
    """
    for name, item in _efs(view):
        if item.one_zone and view.sensitive:
            yield Fault(("storage", name, "one_zone"), "sensitive data in one zone only", "leave one_zone out")


@rule("RW-STO-020")
def efs_identity_needs_tls(view: View) -> Iterator[Fault]:
    """IAM authorisation of EFS goes with TLS.

    The mount helper refuses ``iam`` without ``tls``.

    Source: AWS ParallelCluster, EfsMountOptionsValidator; https://docs.aws.amazon.com/efs/latest/ug/mounting-IAM-option.html
    """
    for name, item in _efs(view):
        if item.iam and not item.tls:
            yield Fault(("storage", name, "tls"), "iam is true and tls is false", "set tls: true")


@rule("RW-STO-021")
def locked_bucket_has_versions(view: View) -> Iterator[Fault]:
    """A bucket with object lock has versioning.

    S3 refuses object lock without it.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
    """
    for name, item in _buckets(view):
        if item.object_lock and not item.versioning:
            yield Fault(("storage", name, "versioning"), "object_lock without versioning", "set versioning: true")


@rule("RW-STO-022")
def objects_outlive_their_retention(view: View) -> Iterator[Fault]:
    """Objects expire after their retention, not before.

    A lifecycle rule cannot delete what must be kept; with object lock it fails for ever.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html
    """
    for name, item in _buckets(view):
        kept = item.retention or view.spec.monitoring.retention
        if item.expire is not None and item.expire < kept:
            summary = f"objects expire after {item.expire} days, kept for {kept}"
            yield Fault(("storage", name, "expire"), summary, f"expire after {kept} days or more")


@rule("RW-STO-023")
def replica_is_elsewhere(view: View) -> Iterator[Fault]:
    """A bucket is replicated to another region, with versioning.

    Replication needs versions on both sides; a copy in the same region does not survive it.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication.html
    """
    region = getattr(view.spec.target, "region", None)
    for name, item in _buckets(view):
        if item.replicate_to and (item.replicate_to == region or not item.versioning):
            summary = f"replication from {region} to {item.replicate_to}, versioning {str(item.versioning).lower()}"
            yield Fault(("storage", name, "replicate_to"), summary, "name another region, and keep versioning")


@rule("RW-STO-024")
def scratch_has_drives(view: View) -> Iterator[Fault]:
    """Local scratch is on machines that have NVMe drives.

    Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-store-volumes.html
    """
    for name, item in view.spec.storage.items():
        if not isinstance(item, NvmeRaid0):
            continue
        for pool in view.pools:
            named = pool.name in item.pools or (not item.pools and pool.spec.role == "gpu")
            if named and not pool.machine.nvme_devices:
                summary = f"{pool.machine.name} of pool '{pool.name}' has no NVMe drive"
                yield Fault(("storage", name), summary, "name pools with drives")


@rule("RW-STO-025")
def scratch_names_pools(view: View) -> Iterator[Fault]:
    """Local scratch names pools that exist.

    Source: our own model: a pool that does not exist gets no volume
    """
    for name, item in view.spec.storage.items():
        for index, pool in enumerate(item.pools if isinstance(item, NvmeRaid0) else ()):
            if pool not in view.spec.pools:
                where: Path = ("storage", name, "pools", index)
                yield Fault(where, f"there is no pool '{pool}'", f"pools: {', '.join(view.spec.pools)}")


@rule("RW-STO-026")
def lustre_client_exists(view: View) -> Iterator[Fault]:
    """The operating system has a Lustre client for FSx.

    AWS builds it for Amazon Linux, Ubuntu and RHEL/Rocky; Debian has none, and mounts fail after the image was built.

    Source: https://docs.aws.amazon.com/fsx/latest/LustreGuide/install-lustre-client.html; ParallelCluster,
    FsxArchitectureOsValidator
    """
    system = view.spec.software.os
    for name, _ in _lustre(view):
        if view.spec.target.kind == "aws" and system and system not in _CLIENT_SYSTEMS:
            yield Fault(("software", "os"), f"'{system}' has no Lustre client for '{name}'", "use ubuntu-24.04")


@rule("RW-STO-027", Severity.WARNING)
def lustre_client_fits_the_kernel(view: View) -> Iterator[Fault]:
    """A pinned kernel has a Lustre client before the image is built.

    A kernel newer than the client's builds leaves the cluster without its file system, noticed an hour into the build.

    Source: https://github.com/aws/aws-parallelcluster/issues/5746, issues 3878, 6273 and 6567
    """
    for name, item in view.spec.storage.items():
        if isinstance(item, FsxLustre | LustreClient) and view.spec.software.kernel:
            summary = f"kernel {view.spec.software.kernel} is pinned; '{name}' needs a client built for exactly it"
            yield Fault(("software", "kernel"), summary, "leave kernel out, or check the client's repository first")
            return


@rule("RW-STO-028")
def storage_fits_the_target(view: View) -> Iterator[Fault]:
    """Services of AWS are used on AWS.

    Source: our own model: FSx, EFS and S3 are built by the AWS program only
    """
    for name, item in view.spec.storage.items():
        if view.on_prem and item.kind in {"fsx-lustre", "efs", "s3"}:
            yield Fault(
                ("storage", name, "kind"), f"'{item.kind}' is a service of AWS", "use nfs, lustre or nvme-raid0"
            )


@rule("RW-STO-029", Severity.WARNING)
def storage_feeds_the_gpus(view: View) -> Iterator[Fault]:
    """Shared Lustre gives each GPU node about 1 GB/s.

    The SuperPOD reference asks for 40 GB/s of reading for a unit of 32 nodes; below, GPUs wait for data.

    Source: https://docs.nvidia.com/dgx-superpod/reference-architecture-scalable-infrastructure-h100/latest/storage-architecture.html
    """
    nodes = sum(pool.most for pool in view.nvidia_pools if pool.machine.gpus >= WHOLE_NODE)
    for name, item in _lustre(view):
        total = item.capacity / 1024 * (item.throughput or 500)
        if nodes > 1 and total < nodes * _NODE_MBS / 2:
            summary = f"{total:.0f} MB/s for {nodes} nodes is {total / nodes:.0f} each, aim at {_NODE_MBS}"
            yield Fault(("storage", name, "capacity"), summary, "raise capacity or throughput")


@rule("RW-STO-030")
def bucket_name_is_short(view: View) -> Iterator[Fault]:
    """Names of stack and bucket together leave room for the account.

    A bucket's name has at most 63 characters; ours is ``<stack>-<storage>-<account id>``.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
    """
    for name, _ in _buckets(view):
        length = len(view.spec.name) + len(name) + 2 + 12
        if length > LONGEST_BUCKET:
            summary = f"the bucket's name would have {length} characters, the limit is {LONGEST_BUCKET}"
            yield Fault(("storage", name), summary, "shorten the stack's or the storage's name")


@rule("RW-STO-031", Severity.WARNING)
def file_server_proves_users(view: View) -> Iterator[Fault]:
    """Sensitive data on NFS is protected by Kerberos or TLS.

    With ``sec=sys`` whoever is root on one node may claim to be any user.

    Source: RFC 7530, section 3.2.1; RFC 9289; NIST SP 800-53 SC-8
    """
    for name, item in view.spec.storage.items():
        if isinstance(item, Nfs) and view.sensitive and item.security in {"sys", "krb5"} and not item.tls:
            summary = (
                f"NFS {item.version} with sec={item.security} and no TLS carries {view.spec.data.classification} data"
            )
            yield Fault(("storage", name, "security"), summary, "use krb5p, or tls: true")


@rule("RW-STO-032", Severity.WARNING)
def file_server_is_version_4(view: View) -> Iterator[Fault]:
    """NFS is version 4.

    Version 3 needs port mapper and lock daemons through the firewall, and loses locks when a server restarts.

    Source: RFC 7530, section 1.6
    """
    for name, item in view.spec.storage.items():
        if isinstance(item, Nfs) and item.version == "3":
            yield Fault(("storage", name, "version"), "NFS version 3", "use 4.2")


@rule("RW-STO-033")
def file_server_is_outside_the_pools(view: View) -> Iterator[Fault]:
    """A file server's address is not one that the design gives to a node.

    Two machines with one address: mounts work on some nodes and hang on others.

    Source: RFC 5227 (address conflicts)
    """
    given = {address for pool in (view.design.pools if view.design else ()) for address in pool.addresses}
    for name, item in view.spec.storage.items():
        if isinstance(item, Nfs) and item.server in given:
            where: Path = ("storage", name, "server")
            yield Fault(where, f"'{item.server}' is the address of a node", "give the server another address")


@rule("RW-STO-034")
def lustre_server_has_a_network(view: View) -> Iterator[Fault]:
    """A Lustre server is named with its LNet networks.

    Without ``@o2ib`` or ``@tcp`` the client takes TCP, and a server on InfiniBand is never found.

    Source: https://doc.lustre.org/lustre_manual.xhtml (LNet NIDs)
    """
    for name, item in view.spec.storage.items():
        if isinstance(item, LustreClient):
            bad = [nid for nid in item.server.split(":") if "@" not in nid]
            if bad:
                where: Path = ("storage", name, "server")
                yield Fault(where, f"'{bad[0]}' names no LNet network", "write it as 10.0.0.1@o2ib")


@rule("RW-STO-035", Severity.WARNING)
def lustre_server_is_on_the_fabric(view: View) -> Iterator[Fault]:
    """A Lustre server on ``o2ib`` is met by a fabric with RDMA.

    On a site without InfiniBand or RoCE the client has no such network.

    Source: https://doc.lustre.org/lustre_manual.xhtml (configuring LNet, o2iblnd)
    """
    for name, item in view.spec.storage.items():
        if isinstance(item, LustreClient) and "@o2ib" in item.server and view.spec.fabric is None:
            yield Fault(
                ("storage", name, "server"), "the server is on o2ib, the spec has no fabric", "describe the fabric"
            )


@rule("RW-STO-036")
def server_address_is_an_address(view: View) -> Iterator[Fault]:
    """A file server's address that looks like one is one.

    ``10.0.0.300`` is taken for a host name and looked up for ever.

    Source: RFC 1123, section 2.1
    """
    for name, item in view.spec.storage.items():
        if isinstance(item, Nfs) and item.server.replace(".", "").isdigit() and not _is_address(item.server):
            yield Fault(
                ("storage", name, "server"), f"'{item.server}' is not an IPv4 address", "write a.b.c.d, 0 to 255"
            )


def _is_address(text: str) -> bool:
    try:
        IPv4Address(text)
    except ValueError:
        return False
    return True


@rule("RW-STO-037")
def root_volume_holds_images(view: View) -> Iterator[Fault]:
    """Root volumes of nodes with training containers have at least 300 GiB.

    A training image unpacks to 40 GB or more; two of them, logs and core dumps fill a default volume, and the node is
    drained for a full disk.

    Source: aws-samples awsome-distributed-training, add-cng (RootVolumeSize);
    AWS ParallelCluster, RootVolumeSizeValidator
    """
    heavy = [image for image in view.spec.software.ngc if "base" not in image]
    for pool in view.nvidia_pools:
        size = pool.spec.root_volume
        if view.spec.target.kind == "aws" and heavy and size is not None and size < TRAINING_ROOT_GIB:
            summary = f"root volume has {size} GiB, {len(heavy)} training images need {TRAINING_ROOT_GIB}"
            yield Fault(pool.path("root_volume"), summary, "leave root_volume out, or use 300 GiB")


@rule("RW-STO-038")
def root_volume_is_legal(view: View) -> Iterator[Fault]:
    """A root volume has 8 GiB to 64 TiB.

    Smaller than the image it starts from, it is refused; larger than gp3 and io2 can be, as well.

    Source: https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html; ParallelCluster,
    EbsVolumeTypeSizeValidator
    """
    for name, pool in view.spec.pools.items():
        if pool.root_volume is not None and not SMALLEST_ROOT <= pool.root_volume <= LARGEST_ROOT:
            summary = f"root volume has {pool.root_volume} GiB, from {SMALLEST_ROOT} to {LARGEST_ROOT} are possible"
            yield Fault(("pools", name, "root_volume"), summary, "use 300 GiB")
