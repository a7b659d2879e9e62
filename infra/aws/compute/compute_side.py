"""The compute side of a cluster: nodes of every pool, and the key that lets administrators in."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from infra.aws.compute import launch
from infra.aws.compute.head_nodes import HeadNodes
from infra.aws.compute.members import Members, find_members
from infra.aws.compute.node_pool import NodePool
from infra.aws.compute.slurm_power import SlurmPower
from infra.aws.configuration_side import bundle_source
from infra.aws.context import Context, Keys
from infra.aws.network.network_side import NetworkSide
from infra.aws.security.identity import NodeIdentity
from rackwright.design import node_name
from rackwright.design.elastic import POWER_ROLE
from rackwright.design.hosts import elastic_names_by_pool
from rackwright.design.model import Pool


class ComputeSide(pulumi.ComponentResource):
    """Every pool that Kubernetes has not: nodes with fixed addresses one by one, all others as a group."""

    members: dict[str, Members]
    """Nodes of each pool."""
    group_names: dict[str, pulumi.Output[str]]
    """Auto-scaling group of each pool that has one."""
    outputs: dict[str, object]
    """What the stack exports of this side."""

    def __init__(
        self,
        context: Context,
        keys: Keys,
        network: NetworkSide,
        identity: NodeIdentity,
        topic_arn: pulumi.Output[str] | None = None,
    ) -> None:
        super().__init__("rackwright:aws:ComputeSide", f"{context.prefix}-compute", None, context.child)
        self._context, self._keys, self._network, self._identity = context.within(self), keys, network, identity
        self._topic_arn = topic_arn
        self._groups = {"nodes": network.node_group_id, "fabric": network.fabric_group_id}
        self._bundle = bundle_source(context.design, context.settings, context.region)
        self._public_addresses: dict[str, pulumi.Output[str]] = {}
        self._controller_ids: list[pulumi.Output[str]] = []
        self._key_name = self._declare_key_pair(context.settings.ssh_public_key)
        managed = context.design.kubernetes.pools if context.design.kubernetes else ()
        own = [pool for pool in context.design.pools if pool.name not in managed]
        self.group_names = {}
        self.members = {pool.name: self._declare_pool(pool) for pool in own}
        self._declare_power(own)
        self.outputs = {
            "public_addresses": self._public_addresses,
            "elastic_nodes": elastic_names_by_pool(context.design),
        }
        self.register_outputs(self.outputs)

    def _declare_power(self, pools: list[Pool]) -> None:
        elastic = [pool for pool in pools if pool.elastic_cidr is not None]
        if elastic:
            SlurmPower(
                self._context,
                pools=elastic,
                subnet_ids=self._network.subnet_ids,
                identity=self._identity,
                controller_ids=self._controller_ids,
            )

    def _declare_key_pair(self, public_key: str | None) -> pulumi.Output[str] | None:
        if public_key is None:
            return None
        name = f"{self._context.prefix}-admin"
        return aws.ec2.KeyPair(
            name, key_name=name, public_key=public_key, tags=self._context.tags, opts=self._context.child
        ).key_name

    def _declare_pool(self, pool: Pool) -> Members:
        context = self._context
        image = launch.image_id(context.design, pool, context.provider)
        if pool.addresses:
            return self._declare_heads(pool, image)
        group = NodePool(
            f"{context.prefix}-{pool.name}",
            design=context.design,
            pool=pool,
            bundle=self._bundle,
            image_id=image,
            subnet_id=self._network.subnet_ids[pool.subnet],
            groups=self._groups,
            profile_arn=self._identity.profile_arn,
            key_arn=self._keys.data,
            key_name=self._key_name,
            tags=context.tags,
            opts=context.child,
        )
        self.group_names[pool.name] = group.group_name
        return find_members(pool.name, context.prefix, group, context.provider)

    def _declare_heads(self, pool: Pool, image: pulumi.Output[str]) -> Members:
        context = self._context
        cidr = context.design.network.subnet(pool.subnet).cidr
        heads = HeadNodes(
            f"{context.prefix}-{pool.name}",
            design=context.design,
            pool=pool,
            bundle=self._bundle,
            nodes=[(node_name(pool.name, address, cidr), address) for address in pool.addresses],
            image_id=image,
            subnet_id=self._network.subnet_ids[pool.subnet],
            group_id=self._network.node_group_id,
            profile_name=self._identity.profile_name,
            key_arn=self._keys.data,
            key_name=self._key_name,
            tags=context.tags,
            protect=context.protect,
            region=context.region,
            topic_arn=self._topic_arn,
            opts=context.child,
        )
        self._public_addresses |= heads.public_addresses
        if POWER_ROLE in pool.ansible_roles:
            self._controller_ids += heads.instance_ids
        return pulumi.Output.all(*heads.instance_ids).apply(lambda ids: list(zip(ids, pool.addresses, strict=True)))
