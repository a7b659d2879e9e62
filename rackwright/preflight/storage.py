"""EFS, S3, local drives, root volumes, and file servers of one's own."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address

from rackwright.preflight.rule import Fault, Severity, rule
from rackwright.preflight.view import View
from rackwright.spec.places import Path
from rackwright.spec.storage import S3, LustreClient, Nfs, NvmeRaid0

LONGEST_BUCKET = 63

TRAINING_ROOT_GIB = 300

SMALLEST_ROOT, LARGEST_ROOT = 8, 65536
"""GiB. Source: https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html."""

_SYSTEM = tuple(
    f"/{name}"
    for name in ["bin", "boot", "dev", "etc", "lib", "proc", "root", "run", "sbin", "sys", "tmp", "usr", "var"]
)


def _mounts(view: View) -> list[tuple[str, str]]:
    mounts = [(name, getattr(item, "mount", None)) for name, item in view.spec.storage.items()]
    return [(name, mount.rstrip("/")) for name, mount in mounts if mount]


def inside(one: str, other: str) -> bool:
    """Whether one path is the other or lies in it, either way round."""
    a, b = one.rstrip("/") + "/", other.rstrip("/") + "/"
    return a.startswith(b) or b.startswith(a)


@rule("RW-STO-015")
def mounts_are_distinct(view: View) -> Iterator[Fault]:
    """No two storages are mounted at one place, or one inside the other.

    The later mount hides the earlier one, or waits for it at boot for ever.

    Source: AWS ParallelCluster, DuplicateMountDirValidator and OverlappingMountDirValidator
    """
    mounts = _mounts(view)
    for index, (name, mount) in enumerate(mounts):
        clash = next((other for other, place in mounts[:index] if inside(place, mount)), None)
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
    for name, item in view.efs:
        if item.one_zone and view.sensitive:
            yield Fault(("storage", name, "one_zone"), "sensitive data in one zone only", "leave one_zone out")


@rule("RW-STO-020")
def efs_identity_needs_tls(view: View) -> Iterator[Fault]:
    """IAM authorisation of EFS goes with TLS.

    The mount helper refuses ``iam`` without ``tls``.

    Source: AWS ParallelCluster, EfsMountOptionsValidator; https://docs.aws.amazon.com/efs/latest/ug/mounting-IAM-option.html
    """
    for name, item in view.efs:
        if item.iam and not item.tls:
            yield Fault(("storage", name, "tls"), "iam is true and tls is false", "set tls: true")


@rule("RW-STO-021")
def locked_bucket_has_versions(view: View) -> Iterator[Fault]:
    """A bucket with object lock has versioning.

    S3 refuses object lock without it.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
    """
    for name, item in view.buckets:
        if item.object_lock and not item.versioning:
            yield Fault(("storage", name, "versioning"), "object_lock without versioning", "set versioning: true")


@rule("RW-STO-022")
def objects_outlive_their_retention(view: View) -> Iterator[Fault]:
    """Objects expire after their retention, not before.

    A lifecycle rule cannot delete what must be kept; with object lock it fails for ever.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html
    """
    for name, item in view.buckets:
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
    for name, item in view.buckets:
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


@rule("RW-STO-030")
def bucket_name_is_short(view: View) -> Iterator[Fault]:
    """Names of stack and bucket together leave room for the account.

    A bucket's name has at most 63 characters; ours is ``<stack>-<storage>-<account id>``.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
    """
    for name, _ in view.buckets:
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
