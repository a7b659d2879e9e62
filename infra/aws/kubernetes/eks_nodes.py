"""Nodes of Kubernetes on AWS: one role for all, one node group for each pool."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from functools import partial

import pulumi
import pulumi_aws as aws

from infra.aws.compute import launch
from infra.aws.context import Context, Keys
from infra.aws.documents import trust
from infra.aws.kubernetes.eks_cluster import ControlPlane
from infra.aws.kubernetes.eks_documents import managed_policy
from rackwright.design.kubernetes_boot import node_config
from rackwright.design.kubernetes_model import Kubernetes, NodeGroup
from rackwright.design.model import Pool

POLICIES = ("AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly", "AmazonSSMManagedInstanceCore")
"""What the kubelet needs; pods get roles of their own by pod identity.
Source: Amazon EKS User Guide, "Amazon EKS node IAM role"."""


class NodeRole(pulumi.ComponentResource):
    """Role of every node of Kubernetes; EKS makes the instance profiles."""

    arn: pulumi.Output[str]
    """Known once the role may do what it must."""

    def __init__(self, context: Context) -> None:
        super().__init__("rackwright:aws:NodeRole", f"{context.prefix}-kubernetes-node", None, context.child)
        inner, name = context.within(self), f"{context.prefix}-kubernetes-node"
        role = aws.iam.Role(
            name,
            name=name,
            description=f"Kubernetes nodes of cluster {context.prefix}",
            assume_role_policy=trust("ec2.amazonaws.com"),
            tags=context.tags,
            opts=inner.child,
        )
        allowed = [
            aws.iam.RolePolicyAttachment(
                f"{name}-{policy}",
                role=role.name,
                policy_arn=context.account.render(partial(managed_policy, name=policy)),
                opts=inner.child,
            ).id
            for policy in POLICIES
        ]
        self.arn = pulumi.Output.all(role.arn, *allowed).apply(lambda found: str(found[0]))
        self.register_outputs({"arn": self.arn})


class ManagedNodes(pulumi.ComponentResource):
    """Launch template, placement group and managed node group of one pool.

    The template has the designed interfaces card by card, and the pool's reservation or block with the market type that
    goes with it; profile, image and the spot market are EKS's to add and must not be in it. In a pool that may grow the
    desired size belongs to the autoscaler after the first apply.
    Source: Amazon EKS User Guide, "Customize managed nodes with launch templates", "Manage EFA devices on Amazon EKS".
    """

    def __init__(
        self,
        context: Context,
        keys: Keys,
        wanted: Kubernetes,
        pool: Pool,
        *,
        plane: ControlPlane,
        role_arn: pulumi.Input[str],
        subnet_id: pulumi.Input[str],
        groups: dict[str, pulumi.Input[str]],
    ) -> None:
        name = f"{context.prefix}-{pool.name}"
        super().__init__("rackwright:aws:ManagedNodes", name, None, context.child)
        self._context, self._pool, self._plane = context.within(self), pool, plane
        self._group = wanted.group(pool.name)
        self._tags = launch.node_tags(pool, context.tags)
        template = self._declare_template(name, keys, groups)
        fixed = pool.min_nodes == pool.max_nodes
        group = aws.eks.NodeGroup(
            name,
            cluster_name=plane.name,
            node_group_name=pool.name,
            node_role_arn=role_arn,
            subnet_ids=[subnet_id],
            ami_type=self._group.image,
            capacity_type=self._group.capacity,
            version=None if self._group.image == "CUSTOM" else wanted.version,
            scaling_config=aws.eks.NodeGroupScalingConfigArgs(
                min_size=pool.min_nodes, max_size=pool.max_nodes, desired_size=pool.min_nodes
            ),
            update_config=aws.eks.NodeGroupUpdateConfigArgs(max_unavailable=self._group.max_unavailable),
            node_repair_config=aws.eks.NodeGroupNodeRepairConfigArgs(enabled=True),
            launch_template=aws.eks.NodeGroupLaunchTemplateArgs(
                id=template.id, version=template.latest_version.apply(str)
            ),
            labels=dict(self._group.labels),
            taints=_taints(self._group),
            tags=self._tags,
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=None if fixed else ["scalingConfig.desiredSize"]),
        )
        self.group_name = group.node_group_name
        self.register_outputs({"group_name": self.group_name})

    def _declare_template(self, name: str, keys: Keys, groups: dict[str, pulumi.Input[str]]) -> aws.ec2.LaunchTemplate:
        pool = self._pool
        own: list[pulumi.Input[str]] = [self._plane.group_id, *pool.security_groups]
        interfaces = [launch.interface(nic, groups, own) for nic in pool.nics]
        return aws.ec2.LaunchTemplate(
            name,
            name=name,
            image_id=pool.ami,
            instance_type=pool.machine,
            user_data=self._user_data(),
            network_interfaces=interfaces or None,
            vpc_security_group_ids=None if interfaces else [groups["nodes"], *own],
            block_device_mappings=[launch.root_volume(pool, keys.data)],
            metadata_options=launch.metadata(pool),
            monitoring=aws.ec2.LaunchTemplateMonitoringArgs(enabled=True),
            ebs_optimized="true",
            cpu_options=launch.cpu_options(pool),
            placement=self._placement(name),
            instance_market_options=None if pool.capacity.kind == "spot" else launch.market(pool.capacity),
            capacity_reservation_specification=launch.reservation(pool.capacity),
            tag_specifications=launch.tag_specifications(self._tags),
            update_default_version=True,
            tags=self._tags,
            opts=self._context.child,
        )

    def _user_data(self) -> pulumi.Input[str] | None:
        if self._group.image == "CUSTOM":
            return self._custom_user_data()
        text = node_config(self._group)
        return _encoded(text) if text else None

    def _custom_user_data(self) -> pulumi.Output[str]:
        """An image of one's own is told where its cluster is."""
        cluster = self._plane.cluster
        facts: pulumi.Output[str] = pulumi.Output.json_dumps(
            {
                "name": cluster.name,
                "apiServerEndpoint": cluster.endpoint,
                "certificateAuthority": cluster.certificate_authority.apply(lambda found: found.data),
                "cidr": cluster.kubernetes_network_config.apply(lambda found: found.service_ipv4_cidr),
            }
        )
        return facts.apply(lambda text: _encoded(node_config(self._group, json.loads(text))))

    def _placement(self, name: str) -> aws.ec2.LaunchTemplatePlacementArgs | None:
        if self._pool.placement_group is not None:
            return aws.ec2.LaunchTemplatePlacementArgs(group_name=self._pool.placement_group)
        if self._pool.placement == "none":
            return None
        group = aws.ec2.PlacementGroup(
            name, name=name, strategy=self._pool.placement, tags=self._tags, opts=self._context.child
        )
        return aws.ec2.LaunchTemplatePlacementArgs(group_name=group.name)


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _taints(group: NodeGroup) -> Sequence[aws.eks.NodeGroupTaintArgs]:
    return [aws.eks.NodeGroupTaintArgs(key=one.key, value=one.value, effect=one.effect) for one in group.taints]
