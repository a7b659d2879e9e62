"""The network side of a cluster: addresses, ways in and out, who may talk to whom, and a record of the traffic."""

from __future__ import annotations

import pulumi

from infra.aws.access import ClusterAccess
from infra.aws.audit_trail import LogSink, TrafficRecord
from infra.aws.context import Context, Keys
from infra.aws.endpoints import ServiceEndpoints
from infra.aws.fabric_access import FabricAccess
from infra.aws.network import Network


class NetworkSide(pulumi.ComponentResource):
    """Everything that a packet meets."""

    vpc_id: pulumi.Output[str]
    subnet_ids: dict[str, pulumi.Output[str]]
    """Subnet name of the design -> id."""
    node_group_id: pulumi.Output[str]
    """Security group of every node."""
    fabric_group_id: pulumi.Output[str]
    """Security group of the GPU fabric's ports."""
    outputs: dict[str, object]
    """What the stack exports of this side."""

    def __init__(self, context: Context, keys: Keys) -> None:
        super().__init__("rackwright:aws:NetworkSide", f"{context.prefix}-network", None, context.child)
        self._context, self._keys = context.within(self), keys
        network = self._declare_network()
        self.vpc_id, self.subnet_ids = network.vpc_id, network.subnet_ids
        self.node_group_id = self._declare_access()
        self.fabric_group_id = FabricAccess(
            context.prefix, vpc_id=self.vpc_id, tags=context.tags, opts=self._context.child
        ).group_id
        if context.design.network.flow_logs:
            self._declare_record()
        self.outputs = {"vpc_id": self.vpc_id, "subnet_ids": self.subnet_ids}
        self.register_outputs(self.outputs)

    def _declare_network(self) -> Network:
        context = self._context
        design, tags, child = context.design.network, context.tags, context.child
        network = Network(context.prefix, design=design, tags=tags, opts=child)
        ServiceEndpoints(
            context.prefix,
            design=design,
            region=context.region,
            vpc_id=network.vpc_id,
            subnet_ids=network.subnet_ids,
            route_table_ids=network.route_table_ids,
            tags=tags,
            opts=child,
        )
        return network

    def _declare_access(self) -> pulumi.Output[str]:
        context = self._context
        return ClusterAccess(
            context.prefix,
            vpc_id=self.vpc_id,
            vpc_cidr=context.design.network.cidr,
            admin_cidrs=context.design.network.allowed_admin_cidrs,
            tags=context.tags,
            opts=context.child,
        ).group_id

    def _declare_record(self) -> None:
        context, name = self._context, f"{self._context.prefix}-traffic"
        sink = LogSink(
            name,
            account=context.account,
            service="vpc-flow-logs.amazonaws.com",
            key_arn=self._keys.logs,
            retention_days=context.design.retention_days,
            tags=context.tags,
            opts=context.child,
        )
        TrafficRecord(name, vpc_id=self.vpc_id, sink=sink, tags=context.tags, opts=context.child)
