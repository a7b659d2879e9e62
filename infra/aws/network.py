"""VPC, subnets by zone, ways in and out, private paths to AWS services, and a record of all traffic."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from rackwright.design.model import Network as NetworkDesign
from rackwright.design.model import Subnet


class Network(pulumi.ComponentResource):
    """The network of a cluster, exactly as designed.

    Subnets are pinned by zone *id* (``use1-az6``), because zone names differ from account to account.
    Only the subnets of tier `public` have a route to the internet gateway; `private` and `gpu` leave through the NAT
    gateway of their own zone (or the first one); `isolated` has no default route.
    Source: AWS VPC User Guide, "Availability Zone IDs for your AWS resources".
    """

    vpc_id: pulumi.Output[str]
    subnet_ids: dict[str, pulumi.Output[str]]
    """Subnet name of the design -> id."""

    def __init__(
        self,
        name: str,
        *,
        design: NetworkDesign,
        tags: Mapping[str, str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("rackwright:aws:Network", name, None, opts)
        self._prefix, self._design, self._tags = name, design, tags
        self._child = pulumi.ResourceOptions(parent=self)
        self._vpc = aws.ec2.Vpc(
            f"{name}-vpc",
            cidr_block=design.cidr,
            enable_dns_support=True,
            enable_dns_hostnames=True,
            tags={**tags, "Name": name},
            opts=self._child,
        )
        self.vpc_id = self._vpc.id
        aws.ec2.DefaultSecurityGroup(
            f"{name}-default-closed", vpc_id=self.vpc_id, ingress=[], egress=[], tags=tags, opts=self._child
        )
        self.subnet_ids = {subnet.name: self._declare_subnet(subnet) for subnet in design.subnets}
        self.route_table_ids = self._declare_routes()
        self.register_outputs({"vpc_id": self.vpc_id, "subnet_ids": self.subnet_ids})

    def _declare_subnet(self, subnet: Subnet) -> pulumi.Output[str]:
        return aws.ec2.Subnet(
            f"{self._prefix}-{subnet.name}",
            vpc_id=self.vpc_id,
            cidr_block=subnet.cidr,
            availability_zone_id=subnet.zone_id,
            map_public_ip_on_launch=False,
            tags={**self._tags, "Name": f"{self._prefix}-{subnet.name}", "rackwright:tier": subnet.tier},
            opts=self._child,
        ).id

    def _declare_routes(self) -> list[pulumi.Output[str]]:
        """Route tables: one for all public subnets, one for each other tier and zone; their ids."""
        public = [subnet for subnet in self._design.subnets if subnet.tier == "public"]
        tables: list[pulumi.Output[str]] = []
        gateways: dict[str, pulumi.Output[str]] = {}
        if public:
            gateway = aws.ec2.InternetGateway(
                f"{self._prefix}-igw", vpc_id=self.vpc_id, tags=self._tags, opts=self._child
            )
            table = self._declare_table("public", [subnet.name for subnet in public])
            self._declare_default_route("public", table, gateway_id=gateway.id)
            tables.append(table)
            gateways = {subnet.zone_id: self._declare_nat(subnet, gateway) for subnet in _nat_subnets(self._design)}
        for (tier, zone), names in _inner_groups(self._design).items():
            label = f"{tier}-{zone}"
            table = self._declare_table(label, names)
            if tier != "isolated" and gateways:
                nat = gateways.get(zone, next(iter(gateways.values())))
                self._declare_default_route(label, table, nat_gateway_id=nat)
            tables.append(table)
        return tables

    def _declare_table(self, label: str, subnets: list[str]) -> pulumi.Output[str]:
        table = aws.ec2.RouteTable(
            f"{self._prefix}-{label}",
            vpc_id=self.vpc_id,
            tags={**self._tags, "Name": f"{self._prefix}-{label}"},
            opts=self._child,
        )
        for subnet in subnets:
            aws.ec2.RouteTableAssociation(
                f"{self._prefix}-{subnet}", route_table_id=table.id, subnet_id=self.subnet_ids[subnet], opts=self._child
            )
        return table.id

    def _declare_default_route(
        self,
        label: str,
        table: pulumi.Output[str],
        *,
        gateway_id: pulumi.Output[str] | None = None,
        nat_gateway_id: pulumi.Output[str] | None = None,
    ) -> None:
        aws.ec2.Route(
            f"{self._prefix}-{label}-default",
            route_table_id=table,
            destination_cidr_block="0.0.0.0/0",
            gateway_id=gateway_id,
            nat_gateway_id=nat_gateway_id,
            opts=self._child,
        )

    def _declare_nat(self, subnet: Subnet, internet: pulumi.Resource) -> pulumi.Output[str]:
        name = f"{self._prefix}-nat-{subnet.zone_id}"
        address = aws.ec2.Eip(name, domain="vpc", tags={**self._tags, "Name": name}, opts=self._child)
        return aws.ec2.NatGateway(
            name,
            allocation_id=address.id,
            subnet_id=self.subnet_ids[subnet.name],
            tags={**self._tags, "Name": name},
            opts=pulumi.ResourceOptions(parent=self, depends_on=[internet]),
        ).id


def _nat_subnets(design: NetworkDesign) -> list[Subnet]:
    """Public subnets that get a NAT gateway: none without egress, one for each zone where asked, else the first."""
    public = [subnet for subnet in design.subnets if subnet.tier == "public"]
    if not design.internet_egress:
        return []
    return public if design.nat_per_zone else public[:1]


def _inner_groups(design: NetworkDesign) -> dict[tuple[str, str], list[str]]:
    """Subnets that are not public, by tier and zone: one route table serves each group."""
    groups: dict[tuple[str, str], list[str]] = {}
    for subnet in design.subnets:
        if subnet.tier != "public":
            groups.setdefault((subnet.tier, subnet.zone_id), []).append(subnet.name)
    return groups
