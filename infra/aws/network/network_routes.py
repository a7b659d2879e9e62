"""Where packets go: route tables, NAT gateways, and the way through the firewall where there is one."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from rackwright.design.model import Network, Subnet

ANYWHERE = "0.0.0.0/0"


class NetworkRoutes(pulumi.ComponentResource):
    """Route tables of all tiers.

    Only `public` has a route to the internet gateway; `private` and `gpu` leave through the NAT gateway of their own
    zone (or the first one), `isolated` has no default route. With a firewall, inner traffic goes through the firewall
    of its zone to the NAT gateway, and answers come back the same way: a firewall that sees one direction only drops.
    Source: AWS Network Firewall Developer Guide, "Multi zone architecture with an internet gateway".
    """

    table_ids: list[pulumi.Output[str]]
    inner_table_ids: list[pulumi.Output[str]]
    """Tables of the tiers that nodes and file systems live in."""

    def __init__(
        self,
        name: str,
        *,
        design: Network,
        vpc_id: pulumi.Input[str],
        subnet_ids: Mapping[str, pulumi.Input[str]],
        firewalls: Mapping[str, pulumi.Input[str]],
        tags: Mapping[str, str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("rackwright:aws:NetworkRoutes", name, None, opts)
        self._prefix, self._design, self._tags = name, design, tags
        self._vpc_id, self._subnet_ids, self._firewalls = vpc_id, subnet_ids, firewalls
        self._child = pulumi.ResourceOptions(parent=self)
        public = self._declare_public()
        inner = {group: self._declare_table("-".join(group), names) for group, names in _groups(design).items()}
        gateways = self._declare_gateways()
        for (tier, zone), table in inner.items():
            self._lead_out(tier, zone, table, gateways)
        self.inner_table_ids = [table for (tier, _), table in inner.items() if tier != "firewall"]
        self.table_ids = [*public.values(), *inner.values()]
        self.register_outputs({})

    def _declare_public(self) -> dict[str, pulumi.Output[str]]:
        """Tables of the public subnets by zone: one for all, or with a firewall one for each zone."""
        public = [subnet for subnet in self._design.subnets if subnet.tier == "public"]
        if not public:
            return {}
        self._internet = aws.ec2.InternetGateway(
            f"{self._prefix}-igw", vpc_id=self._vpc_id, tags=self._tags, opts=self._child
        )
        zones: dict[str, list[str]] = {}
        for subnet in public:
            zones.setdefault(subnet.zone_id if self._firewalls else "", []).append(subnet.name)
        tables = {zone: self._declare_table(f"public-{zone}".rstrip("-"), names) for zone, names in zones.items()}
        for zone, table in tables.items():
            self._route(f"public-{zone}".rstrip("-"), table, gateway_id=self._internet.id)
            self._lead_back(zone, table)
        return tables

    def _lead_back(self, zone: str, table: pulumi.Output[str]) -> None:
        """Answers from the internet pass the firewall of the zone too."""
        inner = [one for one in self._design.subnets if one.zone_id == zone and one.tier in {"private", "gpu"}]
        for subnet in inner if zone in self._firewalls else []:
            self._route(
                f"public-{subnet.name}-back", table, to=subnet.cidr, vpc_endpoint_id=self._firewalls[subnet.zone_id]
            )

    def _declare_gateways(self) -> dict[str, pulumi.Output[str]]:
        return {subnet.zone_id: self._declare_nat(subnet) for subnet in nat_subnets(self._design)}

    def _declare_nat(self, subnet: Subnet) -> pulumi.Output[str]:
        name = f"{self._prefix}-nat-{subnet.zone_id}"
        address = aws.ec2.Eip(name, domain="vpc", tags={**self._tags, "Name": name}, opts=self._child)
        return aws.ec2.NatGateway(
            name,
            allocation_id=address.id,
            subnet_id=self._subnet_ids[subnet.name],
            tags={**self._tags, "Name": name},
            opts=pulumi.ResourceOptions(parent=self, depends_on=[self._internet]),
        ).id

    def _lead_out(
        self, tier: str, zone: str, table: pulumi.Output[str], gateways: Mapping[str, pulumi.Output[str]]
    ) -> None:
        if tier == "isolated" or not gateways:
            return
        if tier != "firewall" and zone in self._firewalls:
            self._route(f"{tier}-{zone}", table, vpc_endpoint_id=self._firewalls[zone])
        else:
            nat = gateways.get(zone, next(iter(gateways.values())))
            self._route(f"{tier}-{zone}", table, nat_gateway_id=nat)

    def _declare_table(self, label: str, subnets: list[str]) -> pulumi.Output[str]:
        name = f"{self._prefix}-{label}"
        table = aws.ec2.RouteTable(name, vpc_id=self._vpc_id, tags={**self._tags, "Name": name}, opts=self._child)
        for subnet in subnets:
            aws.ec2.RouteTableAssociation(
                f"{self._prefix}-{subnet}",
                route_table_id=table.id,
                subnet_id=self._subnet_ids[subnet],
                opts=self._child,
            )
        return table.id

    def _route(self, label: str, table: pulumi.Output[str], *, to: str = ANYWHERE, **target: pulumi.Input[str]) -> None:
        name = f"{self._prefix}-{label}-default" if to == ANYWHERE else f"{self._prefix}-{label}"
        aws.ec2.Route(name, route_table_id=table, destination_cidr_block=to, **target, opts=self._child)


def nat_subnets(design: Network) -> list[Subnet]:
    """Public subnets that get a NAT gateway: none without egress, one for each zone where asked, else the first."""
    public = [subnet for subnet in design.subnets if subnet.tier == "public"]
    if not design.internet_egress:
        return []
    return public if design.nat_per_zone or design.firewall else public[:1]


def _groups(design: Network) -> dict[tuple[str, str], list[str]]:
    """Subnets that are not public, by tier and zone: one route table serves each group."""
    groups: dict[tuple[str, str], list[str]] = {}
    for subnet in design.subnets:
        if subnet.tier != "public":
            groups.setdefault((subnet.tier, subnet.zone_id), []).append(subnet.name)
    return groups
