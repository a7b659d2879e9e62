"""The cluster's file systems on AWS."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_aws as aws

from infra.aws.context import Context
from infra.aws.documents import file_system_policy
from infra.aws.storage.storage_access import StorageAccess
from rackwright.design.governance import AccessPoint, Link, StorageTerms
from rackwright.design.model import Storage

LUSTRE_PORTS = ((988, 988), (1018, 1023))
"""Lustre traffic: Amazon FSx for Lustre User Guide, "File system access control with Amazon VPC"."""

LUSTRE_VERSION = "2.15"
NFS_PORT = 2049
BACKUP_DAYS = 30
"""Daily backups of a persistent file system that are kept; AWS allows 0 to 90."""

EVENTS = ["NEW", "CHANGED", "DELETED"]
"""What a link carries over by itself."""


class Scratch(pulumi.ComponentResource):
    """FSx for Lustre, persistent, with the cluster's key, metadata of its own and links to S3.

    PERSISTENT_2 alone encrypts with a customer's key and in transit, and takes a metadata configuration and EFA; the
    scratch types cannot. A linked file system takes no automatic backups: its source of truth is the bucket. Deleting
    it deletes the data: with `protect` the engine refuses, and AWS makes a final backup when it is deleted
    nevertheless.
    Source: Amazon FSx for Lustre User Guide, "Deployment and storage class options", "Encrypting data", "Working with
    EFA-enabled file systems", "Linking your file system to an Amazon S3 bucket".
    """

    file_system_id: pulumi.Output[str]
    arn: pulumi.Output[str]
    dns_name: pulumi.Output[str]
    mount_name: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        context: Context,
        *,
        storage: Storage,
        vpc_id: pulumi.Input[str],
        subnet_id: pulumi.Input[str],
        clients: pulumi.Input[str],
        fabric: pulumi.Input[str],
        key_arn: pulumi.Input[str],
        protect: bool,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("rackwright:aws:Scratch", name, None, opts)
        self._prefix, self._context, self._storage = name, context.within(self), storage
        terms = context.design.governance.storage.get(storage.name, StorageTerms())
        access = StorageAccess(
            name,
            vpc_id=vpc_id,
            clients=clients,
            ports=LUSTRE_PORTS,
            mutual=True,
            tags=context.tags,
            opts=self._context.child,
        )
        # Servers with EFA belong to the fabric's group: EFA is admitted by group, both ways.
        groups = [access.group_id, *([fabric] if storage.efa else [])]
        system = self._declare(terms, groups, subnet_id, terms.key or key_arn, protect=protect)
        for link in terms.links:
            self._declare_link(link, system.id)
        self.file_system_id, self.arn = system.id, system.arn
        self.dns_name, self.mount_name = system.dns_name, system.mount_name
        self.register_outputs({"file_system_id": self.file_system_id})

    def _declare(
        self,
        terms: StorageTerms,
        groups: Sequence[pulumi.Input[str]],
        subnet_id: pulumi.Input[str],
        key_arn: pulumi.Input[str],
        *,
        protect: bool,
    ) -> aws.fsx.LustreFileSystem:
        storage, deployment = self._storage, self._storage.deployment or "PERSISTENT_2"
        persistent = deployment.startswith("PERSISTENT")
        backed_up = persistent and not terms.links
        kept = BACKUP_DAYS if storage.backup_days is None else storage.backup_days
        squash = aws.fsx.LustreFileSystemRootSquashConfigurationArgs(root_squash=terms.root_squash)
        return aws.fsx.LustreFileSystem(
            self._prefix,
            deployment_type=deployment,
            efa_enabled=storage.efa or None,
            storage_type=terms.drives,
            storage_capacity=storage.capacity_gib,
            per_unit_storage_throughput=storage.throughput_mbps_per_tib,
            file_system_type_version=LUSTRE_VERSION,
            data_compression_type="LZ4" if terms.compressed else "NONE",
            metadata_configuration=_metadata(deployment, terms),
            log_configuration=aws.fsx.LustreFileSystemLogConfigurationArgs(level="WARN_ERROR"),
            root_squash_configuration=squash if terms.root_squash else None,
            kms_key_id=key_arn if persistent else None,
            subnet_ids=subnet_id,
            security_group_ids=list(groups),
            automatic_backup_retention_days=kept if backed_up else None,
            copy_tags_to_backups=backed_up or None,
            skip_final_backup=not (protect and backed_up),
            tags={**self._context.tags, "Name": self._prefix},
            opts=pulumi.ResourceOptions(parent=self, protect=protect),
        )

    def _declare_link(self, link: Link, file_system_id: pulumi.Output[str]) -> None:
        imports = aws.fsx.DataRepositoryAssociationS3AutoImportPolicyArgs(events=EVENTS) if link.imports else None
        exports = aws.fsx.DataRepositoryAssociationS3AutoExportPolicyArgs(events=EVENTS) if link.exports else None
        aws.fsx.DataRepositoryAssociation(
            f"{self._prefix}{link.path.replace('/', '-')}",
            file_system_id=file_system_id,
            file_system_path=link.path,
            data_repository_path=link.bucket,
            batch_import_meta_data_on_create=True,
            delete_data_in_filesystem=False,
            s3=aws.fsx.DataRepositoryAssociationS3Args(auto_import_policy=imports, auto_export_policy=exports),
            tags=self._context.tags,
            opts=self._context.child,
        )


def _metadata(deployment: str, terms: StorageTerms) -> aws.fsx.LustreFileSystemMetadataConfigurationArgs | None:
    """Only PERSISTENT_2 takes one."""
    if deployment != "PERSISTENT_2":
        return None
    if terms.metadata_iops is None:
        return aws.fsx.LustreFileSystemMetadataConfigurationArgs(mode="AUTOMATIC")
    return aws.fsx.LustreFileSystemMetadataConfigurationArgs(mode="USER_PROVISIONED", iops=terms.metadata_iops)


class Home(pulumi.ComponentResource):
    """EFS with the cluster's key, mount targets, TLS only, daily backups, and an access point for each group.

    With `protect` the engine refuses to delete or replace it.
    Source: Amazon EFS User Guide, "Encrypting data in Amazon EFS", "Automatic backups", "Working with Amazon EFS access
    points".
    """

    file_system_id: pulumi.Output[str]
    arn: pulumi.Output[str]
    dns_name: pulumi.Output[str]
    access_points: dict[str, pulumi.Output[str]]
    """By name of the group."""

    def __init__(
        self,
        name: str,
        context: Context,
        *,
        storage: Storage,
        vpc_id: pulumi.Input[str],
        subnet_ids: Mapping[str, pulumi.Input[str]],
        clients: pulumi.Input[str],
        key_arn: pulumi.Input[str],
        protect: bool,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("rackwright:aws:Home", name, None, opts)
        self._prefix, self._context, self._storage = name, context.within(self), storage
        terms = context.design.governance.storage.get(storage.name, StorageTerms())
        system = aws.efs.FileSystem(
            name,
            creation_token=name,
            encrypted=storage.encrypted,
            kms_key_id=terms.key or key_arn,
            throughput_mode=terms.throughput_mode,
            tags={**context.tags, "Name": name},
            opts=pulumi.ResourceOptions(parent=self, protect=protect),
        )
        first = dict(list(subnet_ids.items())[:1])
        self._declare_access(system.id, vpc_id, first if terms.one_zone else subnet_ids, clients)
        self._declare_settings(system)
        self.access_points = {point.name: self._declare_point(point, system.id) for point in terms.access_points}
        self.file_system_id, self.arn, self.dns_name = system.id, system.arn, system.dns_name
        self.register_outputs({"file_system_id": self.file_system_id})

    def _declare_access(
        self,
        file_system_id: pulumi.Output[str],
        vpc_id: pulumi.Input[str],
        subnet_ids: Mapping[str, pulumi.Input[str]],
        clients: pulumi.Input[str],
    ) -> None:
        access = StorageAccess(
            self._prefix,
            vpc_id=vpc_id,
            clients=clients,
            ports=((NFS_PORT, NFS_PORT),),
            mutual=False,
            tags=self._context.tags,
            opts=self._context.child,
        )
        for label, subnet_id in subnet_ids.items():
            aws.efs.MountTarget(
                f"{self._prefix}-{label}",
                file_system_id=file_system_id,
                subnet_id=subnet_id,
                security_groups=[access.group_id],
                opts=self._context.child,
            )

    def _declare_settings(self, system: aws.efs.FileSystem) -> None:
        document, child = system.arn.apply(file_system_policy), self._context.child
        aws.efs.FileSystemPolicy(self._prefix, file_system_id=system.id, policy=document, opts=child)
        status = "DISABLED" if self._storage.backup_days == 0 else "ENABLED"
        backup = aws.efs.BackupPolicyBackupPolicyArgs(status=status)
        aws.efs.BackupPolicy(self._prefix, file_system_id=system.id, backup_policy=backup, opts=child)

    def _declare_point(self, point: AccessPoint, file_system_id: pulumi.Output[str]) -> pulumi.Output[str]:
        name = f"{self._prefix}-{point.name}"
        owner = aws.efs.AccessPointRootDirectoryCreationInfoArgs(owner_uid=0, owner_gid=point.gid, permissions="2770")
        return aws.efs.AccessPoint(
            name,
            file_system_id=file_system_id,
            posix_user=aws.efs.AccessPointPosixUserArgs(uid=point.gid, gid=point.gid),
            root_directory=aws.efs.AccessPointRootDirectoryArgs(path=point.path, creation_info=owner),
            tags={**self._context.tags, "Name": name},
            opts=self._context.child,
        ).id
