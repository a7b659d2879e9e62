"""Names inside the cluster: a private zone that people and configuration can rely on."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from infra.aws.context import Context
from infra.aws.network.network_side import NetworkSide
from rackwright.design.dns import address_records, mounted_names

TTL_S = 60
"""Seconds that an answer may be kept: a replaced head node keeps its address, a replaced file system does not."""


class DnsSide(pulumi.ComponentResource):
    """Private hosted zone of the VPC with the head nodes, login nodes and file systems.

    Source: Route 53 Developer Guide, "Working with private hosted zones".
    """

    outputs: dict[str, object]
    """What the stack exports of this side."""

    def __init__(
        self,
        context: Context,
        network: NetworkSide,
        file_systems: Mapping[str, Mapping[str, pulumi.Output[str]]],
    ) -> None:
        super().__init__("rackwright:aws:DnsSide", f"{context.prefix}-dns", None, context.child)
        self._context = context.within(self)
        self._domain = context.design.network.dns_zone
        self.outputs = {}
        if self._domain:
            self._zone_id = self._declare_zone(network.vpc_id)
            self._declare_addresses()
            for name in mounted_names(context.design):
                self._declare(name, "CNAME", [file_systems[name]["dns_name"]])
            self.outputs = {"dns_zone": self._domain, "dns_zone_id": self._zone_id}
        self.register_outputs(self.outputs)

    def _declare_zone(self, vpc_id: pulumi.Output[str]) -> pulumi.Output[str]:
        return aws.route53.Zone(
            f"{self._context.prefix}-inside",
            name=self._domain,
            comment=f"Cluster {self._context.prefix}",
            vpcs=[aws.route53.ZoneVpcArgs(vpc_id=vpc_id, vpc_region=self._context.region)],
            tags=self._context.tags,
            opts=self._context.child,
        ).zone_id

    def _declare_addresses(self) -> None:
        for record in address_records(self._context.design):
            self._declare(record.name, "A", list(record.addresses))

    def _declare(self, name: str, kind: str, values: list[str] | list[pulumi.Output[str]]) -> None:
        aws.route53.Record(
            f"{self._context.prefix}-{name}",
            zone_id=self._zone_id,
            name=f"{name}.{self._domain}",
            type=kind,
            ttl=TTL_S,
            records=values,
            opts=self._context.child,
        )
