"""Nodes that others must find again: controllers and login nodes, each with a fixed address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_aws as aws

from infra.aws.compute import launch
from infra.aws.compute.recovery import Recovery
from rackwright.design.boot import BundleSource
from rackwright.design.model import Design, Pool


class HeadNodes(pulumi.ComponentResource):
    """The few nodes of a control or login pool, as instances with fixed private addresses.

    They hold the scheduler's state, so with `protect` the engine refuses to delete or replace them. A new image or new
    user data does not replace a running one: configuration changes it in place. EC2 mends a failed host or a hung
    system by itself, and login nodes on show have a public address that stays.
    Source: AWS EC2 User Guide, "Amazon EC2 instance IP addressing".
    """

    instance_ids: list[pulumi.Output[str]]
    public_addresses: dict[str, pulumi.Output[str]]
    """Node -> fixed public address, for login nodes that have one."""

    def __init__(
        self,
        name: str,
        *,
        design: Design,
        pool: Pool,
        bundle: BundleSource | None = None,
        nodes: Sequence[tuple[str, str]],
        image_id: pulumi.Input[str],
        subnet_id: pulumi.Input[str],
        group_id: pulumi.Input[str],
        profile_name: pulumi.Input[str],
        key_arn: pulumi.Input[str],
        key_name: pulumi.Input[str] | None,
        tags: Mapping[str, str],
        protect: bool,
        region: str,
        topic_arn: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("rackwright:aws:HeadNodes", name, None, opts)
        tags = launch.node_tags(pool, tags)
        child = pulumi.ResourceOptions(parent=self)
        on_show = pool.role == "login" and pool.public_ip
        keep = pulumi.ResourceOptions(parent=self, protect=protect, ignore_changes=["ami", "userData"])
        self.instance_ids = [
            aws.ec2.Instance(
                f"{design.name}-{node}",
                ami=image_id,
                instance_type=pool.machine,
                subnet_id=subnet_id,
                private_ip=address,
                associate_public_ip_address=pool.public_ip and not on_show,
                vpc_security_group_ids=[group_id, *pool.security_groups],
                iam_instance_profile=profile_name,
                key_name=key_name,
                user_data=launch.user_data(design, pool, bundle),
                disable_api_termination=protect,
                ebs_optimized=True,
                monitoring=True,
                maintenance_options=aws.ec2.InstanceMaintenanceOptionsArgs(auto_recovery="default"),
                capacity_reservation_specification=_reservation(pool),
                cpu_options=_threads(pool),
                metadata_options=_session_tokens_only(pool),
                root_block_device=_root_volume(pool, key_arn),
                tags={**tags, "Name": node},
                opts=keep,
            ).id
            for node, address in nodes
        ]
        names = [f"{design.name}-{node}" for node, _ in nodes]
        for label, id_ in zip(names, self.instance_ids, strict=True):
            Recovery(label, instance_id=id_, region=region, topic_arn=topic_arn, tags=tags, opts=child)
        self.public_addresses = {
            label: aws.ec2.Eip(label, domain="vpc", instance=id_, tags={**tags, "Name": label}, opts=child).public_ip
            for label, id_ in zip(names, self.instance_ids, strict=True)
            if on_show
        }
        self.register_outputs({"instance_ids": self.instance_ids})


def _root_volume(pool: Pool, key_arn: pulumi.Input[str]) -> aws.ec2.InstanceRootBlockDeviceArgs:
    return aws.ec2.InstanceRootBlockDeviceArgs(
        encrypted=pool.encrypted,
        kms_key_id=pool.volume_key or key_arn,
        volume_size=pool.root_volume_gib,
        volume_type=pool.root_volume_type,
        iops=launch.volume_iops(pool),
    )


def _reservation(pool: Pool) -> aws.ec2.InstanceCapacityReservationSpecificationArgs | None:
    capacity, target = pool.capacity, aws.ec2.InstanceCapacityReservationSpecificationCapacityReservationTargetArgs
    if capacity.reservation_group is None and capacity.reservation_id is None:
        return None
    return aws.ec2.InstanceCapacityReservationSpecificationArgs(
        capacity_reservation_target=target(
            capacity_reservation_id=capacity.reservation_id,
            capacity_reservation_resource_group_arn=capacity.reservation_group,
        )
    )


def _threads(pool: Pool) -> aws.ec2.InstanceCpuOptionsArgs | None:
    if pool.one_thread_cores is None:
        return None
    return aws.ec2.InstanceCpuOptionsArgs(core_count=pool.one_thread_cores, threads_per_core=1)


def _session_tokens_only(pool: Pool) -> aws.ec2.InstanceMetadataOptionsArgs:
    return aws.ec2.InstanceMetadataOptionsArgs(
        http_endpoint="enabled", http_tokens="required", http_put_response_hop_limit=pool.imds_hops
    )
