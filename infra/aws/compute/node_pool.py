"""A pool of identical nodes: one launch template and one group, however many nodes there are."""

from __future__ import annotations

import base64
from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from infra.aws.compute import launch
from rackwright.design.boot import BundleSource
from rackwright.design.images import root_device_of
from rackwright.design.model import Design, Pool


class NodePool(pulumi.ComponentResource):
    """Launch template, placement group and auto-scaling group of a pool.

    The template carries the designed NIC list exactly, because AWS has no default for multi-card instances.
    Sizes are the group's business, so that the number of resources does not depend on the number of nodes. In a pool
    that may grow, the desired size belongs to the scheduler after the first apply and is left alone.
    Source: AWS EC2 User Guide, "Maximize network bandwidth on instances with EFA"; "Launch templates".
    """

    group_name: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        design: Design,
        pool: Pool,
        bundle: BundleSource | None = None,
        image_id: pulumi.Input[str],
        subnet_id: pulumi.Input[str],
        groups: Mapping[str, pulumi.Input[str]],
        profile_arn: pulumi.Input[str],
        key_arn: pulumi.Input[str],
        key_name: pulumi.Input[str] | None,
        tags: Mapping[str, str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("rackwright:aws:NodePool", name, None, opts)
        self._prefix, self._pool, self._tags = name, pool, launch.node_tags(pool, tags)
        self._child = pulumi.ResourceOptions(parent=self)
        interfaces = [launch.interface(nic, groups, pool.security_groups) for nic in pool.nics]
        template = aws.ec2.LaunchTemplate(
            name,
            name=name,
            image_id=image_id,
            instance_type=pool.machine,
            key_name=key_name,
            user_data=base64.b64encode(launch.user_data(design, pool, bundle).encode()).decode(),
            iam_instance_profile=aws.ec2.LaunchTemplateIamInstanceProfileArgs(arn=profile_arn),
            network_interfaces=interfaces or None,
            vpc_security_group_ids=None if interfaces else [groups["nodes"], *pool.security_groups],
            block_device_mappings=[launch.root_volume(pool, key_arn, root_device_of(design))],
            metadata_options=launch.metadata(pool),
            monitoring=aws.ec2.LaunchTemplateMonitoringArgs(enabled=True),
            ebs_optimized="true",
            cpu_options=launch.cpu_options(pool),
            instance_market_options=launch.market(pool.capacity),
            capacity_reservation_specification=launch.reservation(pool.capacity),
            tag_specifications=launch.tag_specifications(self._tags),
            update_default_version=True,
            tags=self._tags,
            opts=self._child,
        )
        self.group_name = self._declare_group(template, subnet_id)
        self.register_outputs({"group_name": self.group_name})

    def _declare_group(self, template: aws.ec2.LaunchTemplate, subnet_id: pulumi.Input[str]) -> pulumi.Output[str]:
        # Of a pool that Slurm grows, the group keeps the nodes that always run; the others are Slurm's own.
        most = self._pool.min_nodes if self._pool.elastic_cidr else self._pool.max_nodes
        fixed = self._pool.min_nodes == most
        return aws.autoscaling.Group(
            self._prefix,
            name=self._prefix,
            min_size=self._pool.min_nodes,
            max_size=most,
            desired_capacity=self._pool.min_nodes,
            vpc_zone_identifiers=[subnet_id],
            placement_group=self._declare_placement(),
            launch_template=aws.autoscaling.GroupLaunchTemplateArgs(
                id=template.id, version=template.latest_version.apply(str)
            ),
            tags=[
                aws.autoscaling.GroupTagArgs(key=key, value=value, propagate_at_launch=True)
                for key, value in sorted(self._tags.items())
            ],
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=None if fixed else ["desiredCapacity"]),
        ).name

    def _declare_placement(self) -> pulumi.Input[str] | None:
        if self._pool.placement == "none" or self._pool.placement_group is not None:
            return self._pool.placement_group
        return aws.ec2.PlacementGroup(
            self._prefix,
            name=self._prefix,
            strategy=self._pool.placement,
            tags=self._tags,
            opts=self._child,
        ).name
