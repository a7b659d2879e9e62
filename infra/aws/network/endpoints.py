"""Private paths from the VPC to AWS services, so that this traffic never crosses the internet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_aws as aws

from rackwright.design.model import Network as NetworkDesign


class ServiceEndpoints(pulumi.ComponentResource):
    """Gateway endpoints on every route table, interface endpoints in one inner subnet of each zone.

    Interface endpoints have a security group of their own that admits TLS from the VPC and opens nothing outwards.
    Source: AWS PrivateLink Guide, "Access an AWS service using an interface VPC endpoint".
    """

    def __init__(
        self,
        name: str,
        *,
        design: NetworkDesign,
        region: str,
        vpc_id: pulumi.Input[str],
        subnet_ids: Mapping[str, pulumi.Input[str]],
        route_table_ids: Sequence[pulumi.Input[str]],
        tags: Mapping[str, str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("rackwright:aws:ServiceEndpoints", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        for service in design.gateway_endpoints:
            aws.ec2.VpcEndpoint(
                f"{name}-{service}",
                vpc_id=vpc_id,
                service_name=f"com.amazonaws.{region}.{service}",
                vpc_endpoint_type="Gateway",
                route_table_ids=list(route_table_ids),
                tags={**tags, "Name": f"{name}-{service}"},
                opts=child,
            )
        if design.interface_endpoints:
            group = self._declare_group(name, design.cidr, vpc_id, tags, child)
            inner = [subnet_ids[subnet] for subnet in one_per_zone(design)]
            for service in design.interface_endpoints:
                aws.ec2.VpcEndpoint(
                    f"{name}-{service}",
                    vpc_id=vpc_id,
                    service_name=f"com.amazonaws.{region}.{service}",
                    vpc_endpoint_type="Interface",
                    subnet_ids=inner,
                    security_group_ids=[group],
                    private_dns_enabled=True,
                    tags={**tags, "Name": f"{name}-{service}"},
                    opts=child,
                )
        self.register_outputs({})

    def _declare_group(
        self,
        name: str,
        cidr: str,
        vpc_id: pulumi.Input[str],
        tags: Mapping[str, str],
        child: pulumi.ResourceOptions,
    ) -> pulumi.Output[str]:
        group = aws.ec2.SecurityGroup(
            f"{name}-endpoints",
            vpc_id=vpc_id,
            description="TLS from the VPC to AWS service endpoints",
            tags={**tags, "Name": f"{name}-endpoints"},
            opts=child,
        )
        aws.vpc.SecurityGroupIngressRule(
            f"{name}-endpoints-tls",
            security_group_id=group.id,
            description="TLS from inside the VPC",
            cidr_ipv4=cidr,
            ip_protocol="tcp",
            from_port=443,
            to_port=443,
            opts=child,
        )
        return group.id


def one_per_zone(design: NetworkDesign) -> list[str]:
    """First subnet of each zone that is not public: AWS takes one subnet per zone and endpoint."""
    chosen: dict[str, str] = {}
    for subnet in sorted(design.subnets, key=lambda subnet: subnet.tier != "private"):
        if subnet.tier != "public":
            chosen.setdefault(subnet.zone_id, subnet.name)
    return list(chosen.values())
