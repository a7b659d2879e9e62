"""The cluster's file systems and buckets, by kind."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from infra.aws.documents import file_system_policy
from infra.aws.storage_access import StorageAccess
from rackwright.design.model import Storage

LUSTRE_PORTS = ((988, 988), (1018, 1023))
"""Lustre traffic: Amazon FSx for Lustre User Guide, "File system access control with Amazon VPC"."""

LUSTRE_VERSION = "2.15"
NFS_PORT = 2049
BACKUP_DAYS = 30
"""Daily backups of a persistent file system that are kept; AWS allows 0 to 90."""


class Scratch(pulumi.ComponentResource):
    """FSx for Lustre, persistent, with the cluster's key.

    PERSISTENT_2 alone encrypts with a customer's key and in transit; the scratch types cannot. Deleting it deletes the
    data: with `protect` the engine refuses, and AWS makes a final backup when it is deleted nevertheless.
    Source: Amazon FSx for Lustre User Guide, "Deployment and storage class options" and "Encrypting data".
    """

    file_system_id: pulumi.Output[str]
    dns_name: pulumi.Output[str]
    mount_name: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        storage: Storage,
        vpc_id: pulumi.Input[str],
        subnet_id: pulumi.Input[str],
        clients: pulumi.Input[str],
        key_arn: pulumi.Input[str],
        tags: Mapping[str, str],
        protect: bool,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("rackwright:aws:Scratch", name, None, opts)
        access = StorageAccess(
            name, vpc_id=vpc_id, clients=clients, ports=LUSTRE_PORTS, mutual=True, tags=tags, opts=_under(self)
        )
        system = aws.fsx.LustreFileSystem(
            name,
            deployment_type=storage.deployment or "PERSISTENT_2",
            efa_enabled=storage.efa or None,
            storage_type="SSD",
            storage_capacity=storage.capacity_gib,
            per_unit_storage_throughput=storage.throughput_mbps_per_tib,
            file_system_type_version=LUSTRE_VERSION,
            data_compression_type="LZ4",
            metadata_configuration=aws.fsx.LustreFileSystemMetadataConfigurationArgs(mode="AUTOMATIC"),
            kms_key_id=key_arn,
            subnet_ids=subnet_id,
            security_group_ids=[access.group_id],
            automatic_backup_retention_days=BACKUP_DAYS if storage.backup_days is None else storage.backup_days,
            copy_tags_to_backups=True,
            skip_final_backup=not protect,
            tags={**tags, "Name": name},
            opts=pulumi.ResourceOptions(parent=self, protect=protect),
        )
        self.file_system_id, self.dns_name, self.mount_name = system.id, system.dns_name, system.mount_name
        self.register_outputs({"file_system_id": self.file_system_id})


class Home(pulumi.ComponentResource):
    """EFS with the cluster's key, a mount target in each zone, TLS only, daily backups.

    With `protect` the engine refuses to delete or replace it.
    Source: Amazon EFS User Guide, "Encrypting data in Amazon EFS" and "Automatic backups".
    """

    file_system_id: pulumi.Output[str]
    dns_name: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        storage: Storage,
        vpc_id: pulumi.Input[str],
        subnet_ids: Mapping[str, pulumi.Input[str]],
        clients: pulumi.Input[str],
        key_arn: pulumi.Input[str],
        tags: Mapping[str, str],
        protect: bool,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("rackwright:aws:Home", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        access = StorageAccess(
            name,
            vpc_id=vpc_id,
            clients=clients,
            ports=((NFS_PORT, NFS_PORT),),
            mutual=False,
            tags=tags,
            opts=_under(self),
        )
        system = aws.efs.FileSystem(
            name,
            creation_token=name,
            encrypted=storage.encrypted,
            kms_key_id=key_arn,
            throughput_mode="elastic",
            tags={**tags, "Name": name},
            opts=pulumi.ResourceOptions(parent=self, protect=protect),
        )
        for label, subnet_id in subnet_ids.items():
            aws.efs.MountTarget(
                f"{name}-{label}",
                file_system_id=system.id,
                subnet_id=subnet_id,
                security_groups=[access.group_id],
                opts=child,
            )
        document = system.arn.apply(file_system_policy)
        aws.efs.FileSystemPolicy(name, file_system_id=system.id, policy=document, opts=child)
        backup = aws.efs.BackupPolicyBackupPolicyArgs(status="DISABLED" if storage.backup_days == 0 else "ENABLED")
        aws.efs.BackupPolicy(name, file_system_id=system.id, backup_policy=backup, opts=child)
        self.file_system_id, self.dns_name = system.id, system.dns_name
        self.register_outputs({"file_system_id": self.file_system_id})


def _under(parent: pulumi.Resource) -> pulumi.ResourceOptions:
    return pulumi.ResourceOptions(parent=parent)
