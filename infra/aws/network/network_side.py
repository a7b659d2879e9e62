"""The network side of a cluster: addresses, ways in and out, who may talk to whom, and a record of the traffic."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from infra.aws.context import Context, Keys
from infra.aws.network.access import ClusterAccess
from infra.aws.network.dns_firewall import DnsFirewall
from infra.aws.network.endpoints import ServiceEndpoints, one_per_zone
from infra.aws.network.fabric_access import FabricAccess
from infra.aws.network.firewall import Firewall
from infra.aws.network.network import Network
from infra.aws.network.network_acls import NetworkAcls
from infra.aws.network.network_routes import NetworkRoutes
from infra.aws.network.traffic_record import TrafficRecord, traffic_bucket
from infra.aws.network.vpn import ClientEndpoint, SiteTunnels
from infra.aws.security.audit_trail import log_retention


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
        self._context, self._keys, self._design = context.within(self), keys, context.design.network
        network = Network(context.prefix, design=self._design, tags=context.tags, opts=self._context.child)
        self.vpc_id, self.subnet_ids = network.vpc_id, network.subnet_ids
        self.outputs = {"vpc_id": self.vpc_id, "subnet_ids": self.subnet_ids}
        self._log = self._declare_log()
        routes = self._declare_routes()
        self._declare_acls()
        self._declare_endpoints(routes)
        self.node_group_id = self._declare_access()
        self.fabric_group_id = FabricAccess(
            context.prefix, vpc_id=self.vpc_id, tags=context.tags, opts=self._context.child
        ).group_id
        if self._design.flow_logs:
            self._declare_record()
        if self._design.dns_firewall != "off":
            self._declare_name_guard(self._design.dns_firewall)
        self._declare_ways_in(routes)
        self.register_outputs(self.outputs)

    def _declare_log(self) -> aws.cloudwatch.LogGroup:
        """Where the resolver, the firewall and the VPNs write; AWS delivers only to names with this beginning."""
        context, name = self._context, f"{self._context.prefix}-network"
        return aws.cloudwatch.LogGroup(
            name,
            name=f"/aws/vendedlogs/rackwright/{name}",
            kms_key_id=self._keys.logs,
            retention_in_days=log_retention(context.design.retention_days),
            tags=context.tags,
            opts=context.child,
        )

    def _declare_routes(self) -> NetworkRoutes:
        context = self._context
        return NetworkRoutes(
            context.prefix,
            design=self._design,
            vpc_id=self.vpc_id,
            subnet_ids=self.subnet_ids,
            firewalls=self._declare_firewall() if self._design.firewall else {},
            tags=context.tags,
            opts=context.child,
        )

    def _declare_firewall(self) -> dict[str, pulumi.Output[str]]:
        context = self._context
        subnets = {one.zone_id: self.subnet_ids[one.name] for one in self._design.subnets if one.tier == "firewall"}
        return Firewall(
            f"{context.prefix}-egress",
            cidr=self._design.cidr,
            vpc_id=self.vpc_id,
            subnet_ids=subnets,
            domains=self._design.allowed_domains,
            key_arn=self._keys.data,
            log_group=self._log.name,
            tags=context.tags,
            protect=context.protect,
            opts=context.child,
        ).endpoint_ids

    def _declare_acls(self) -> None:
        NetworkAcls(
            self._context.prefix,
            design=self._design,
            vpc_id=self.vpc_id,
            subnet_ids=self.subnet_ids,
            tags=self._context.tags,
            opts=self._context.child,
        )

    def _declare_endpoints(self, routes: NetworkRoutes) -> None:
        ServiceEndpoints(
            self._context.prefix,
            design=self._design,
            region=self._context.region,
            vpc_id=self.vpc_id,
            subnet_ids=self.subnet_ids,
            route_table_ids=routes.table_ids,
            tags=self._context.tags,
            opts=self._context.child,
        )

    def _declare_access(self) -> pulumi.Output[str]:
        context = self._context
        return ClusterAccess(
            context.prefix,
            vpc_id=self.vpc_id,
            vpc_cidr=self._design.cidr,
            admin_cidrs=self._design.allowed_admin_cidrs,
            tags=context.tags,
            opts=context.child,
        ).group_id

    def _declare_record(self) -> None:
        context = self._context
        record = TrafficRecord(
            f"{context.prefix}-traffic",
            account=context.account,
            vpc_id=self.vpc_id,
            physical_name=traffic_bucket(context),
            key_arn=self._keys.logs,
            retention_days=context.design.retention_days,
            tags=context.tags,
            protect=context.protect,
            opts=context.child,
        )
        self.outputs["traffic_bucket"] = record.bucket

    def _declare_name_guard(self, mode: str) -> None:
        DnsFirewall(
            f"{self._context.prefix}-names",
            vpc_id=self.vpc_id,
            mode="block" if mode == "block" else "alert",
            domains=self._design.allowed_domains,
            log_destination=self._log.arn,
            tags=self._context.tags,
            opts=self._context.child,
        )

    def _declare_ways_in(self, routes: NetworkRoutes) -> None:
        context, inner = self._context, [self.subnet_ids[name] for name in one_per_zone(self._design)]
        if self._design.site_vpn is not None:
            tunnels = SiteTunnels(
                f"{context.prefix}-site",
                vpn=self._design.site_vpn,
                remote_cidrs=self._design.remote_cidrs,
                vpc_id=self.vpc_id,
                subnet_ids=inner,
                table_ids=routes.inner_table_ids,
                log_group_arn=self._log.arn,
                tags=context.tags,
                opts=context.child,
            )
            self.outputs["site_vpn_id"] = tunnels.connection_id
        if self._design.client_vpn is not None:
            clients = ClientEndpoint(
                f"{context.prefix}-people",
                vpn=self._design.client_vpn,
                cidr=self._design.cidr,
                vpc_id=self.vpc_id,
                subnet_ids=inner,
                log_group=self._log.name,
                tags=context.tags,
                opts=context.child,
            )
            self.outputs["client_vpn_id"] = clients.endpoint_id
