"""FSx for Lustre, and Lustre clients."""

from __future__ import annotations

from collections.abc import Iterator

from rackwright.preflight.rule import Fault, Severity, rule
from rackwright.preflight.storage import inside
from rackwright.preflight.view import View
from rackwright.spec.places import Path
from rackwright.spec.storage import FsxLustre, LustreClient

BACKUP_DAYS = 90

WHOLE_NODE = 8
"""GPUs of a node that is used whole."""

THROUGHPUT = {
    ("PERSISTENT_2", "ssd"): (125, 250, 500, 1000),
    ("PERSISTENT_1", "ssd"): (50, 100, 200),
    ("PERSISTENT_1", "hdd"): (12, 40),
}
"""MB/s/TiB. Source: https://docs.aws.amazon.com/fsx/latest/LustreGuide/performance.html, read 2026-11-21."""

EFA_LEAST_GIB = {125: 38400, 250: 19200, 500: 9600, 1000: 4800}
"""Smallest file system with EFA. Source: https://docs.aws.amazon.com/fsx/latest/LustreGuide/efa-file-systems.html."""

METADATA_IOPS = (1500, 3000, 6000, *range(12000, 192001, 12000))

_CLIENT_SYSTEMS = ("ubuntu-22.04", "ubuntu-24.04", "rocky-9", "al2023")

_NODE_MBS = 1000


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
    for name, item in view.lustre:
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
    for name, item in view.lustre:
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
    for name, item in view.lustre:
        if item.deployment.startswith("SCRATCH") and item.throughput is not None:
            where: Path = ("storage", name, "throughput")
            yield Fault(where, f"{item.deployment} has a fixed 200 MB/s/TiB", "leave throughput out")


@rule("RW-STO-004")
def hdd_is_persistent_1(view: View) -> Iterator[Fault]:
    """Lustre on HDD is PERSISTENT_1, with a throughput.

    Source: AWS ParallelCluster, FsxStorageTypeOptionsValidator;
    https://docs.aws.amazon.com/fsx/latest/LustreGuide/using-fsx-lustre.html
    """
    for name, item in view.lustre:
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
    for name, item in view.lustre:
        if item.key and item.deployment.startswith("SCRATCH"):
            yield Fault(("storage", name, "key"), f"{item.deployment} takes no key", "use PERSISTENT_2")


@rule("RW-STO-006")
def backups_need_persistence(view: View) -> Iterator[Fault]:
    """Only persistent Lustre that is not linked to S3 is backed up, for at most 90 days.

    Source: https://docs.aws.amazon.com/fsx/latest/LustreGuide/using-backups-fsx.html; ParallelCluster,
    FsxBackupOptionsValidator
    """
    for name, item in view.lustre:
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
    for name, item in view.lustre:
        if view.sensitive and item.deployment.startswith("SCRATCH"):
            summary = f"{view.spec.data.classification} data on {item.deployment}"
            yield Fault(("storage", name, "deployment"), summary, "use PERSISTENT_2")


@rule("RW-STO-008")
def lustre_over_efa_is_possible(view: View) -> Iterator[Fault]:
    """Lustre over EFA is PERSISTENT_2 on SSD with provisioned metadata.

    EFA cannot be switched on later; the file system has to be made anew.

    Source: https://docs.aws.amazon.com/fsx/latest/LustreGuide/efa-file-systems.html
    """
    for name, item in view.lustre:
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
    for name, item in view.lustre:
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
    for name, item in view.lustre:
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
    for name, item in view.lustre:
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
    for name, item in view.lustre:
        for index, link in enumerate(item.links):
            before = item.links[:index]
            if any(inside(link.path, one.path) or inside(link.bucket, one.bucket) for one in before):
                summary = f"'{link.path}' or '{link.bucket}' overlaps an earlier link"
                yield Fault(("storage", name, "links", index), summary, "use separate directories and prefixes")


@rule("RW-STO-013")
def links_name_buckets(view: View) -> Iterator[Fault]:
    """A link names a bucket as ``s3://bucket/prefix``.

    Source: AWS ParallelCluster, S3BucketUriValidator
    """
    for name, item in view.lustre:
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
    for name, item in view.lustre:
        if item.zone_id and zones and item.zone_id not in zones:
            summary = f"file system in {item.zone_id}, GPUs in {', '.join(sorted(zones))}"
            yield Fault(("storage", name, "zone_id"), summary, "leave zone_id out")


@rule("RW-STO-026")
def lustre_client_exists(view: View) -> Iterator[Fault]:
    """The operating system has a Lustre client for FSx.

    AWS builds it for Amazon Linux, Ubuntu and RHEL/Rocky; Debian has none, and mounts fail after the image was built.

    Source: https://docs.aws.amazon.com/fsx/latest/LustreGuide/install-lustre-client.html; ParallelCluster,
    FsxArchitectureOsValidator
    """
    system = view.spec.software.os
    for name, _ in view.lustre:
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


@rule("RW-STO-029", Severity.WARNING)
def storage_feeds_the_gpus(view: View) -> Iterator[Fault]:
    """Shared Lustre gives each GPU node about 1 GB/s.

    The SuperPOD reference asks for 40 GB/s of reading for a unit of 32 nodes; below, GPUs wait for data.

    Source: https://docs.nvidia.com/dgx-superpod/reference-architecture-scalable-infrastructure-h100/latest/storage-architecture.html
    """
    nodes = sum(pool.most for pool in view.nvidia_pools if pool.machine.gpus >= WHOLE_NODE)
    for name, item in view.lustre:
        total = item.capacity / 1024 * (item.throughput or 500)
        if nodes > 1 and total < nodes * _NODE_MBS / 2:
            summary = f"{total:.0f} MB/s for {nodes} nodes is {total / nodes:.0f} each, aim at {_NODE_MBS}"
            yield Fault(("storage", name, "capacity"), summary, "raise capacity or throughput")
