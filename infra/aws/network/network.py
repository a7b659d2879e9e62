"""VPC and subnets by zone."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from rackwright.design.model import Network as NetworkDesign
from rackwright.design.model import Subnet


class Network(pulumi.ComponentResource):
    """The addresses of a cluster, exactly as designed.

    Subnets are pinned by zone *id* (``use1-az6``), because zone names differ from account to account. No subnet gives
    public addresses by itself, and the VPC's default security group lets nothing pass.
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
        self._prefix, self._tags = name, tags
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
