"""Attachment of a VPC to somebody's transit gateway."""

from __future__ import annotations

from typing import Any

from rackwright.diagnostics import StepFailed
from rackwright.engine.providers.aws.cloud import Cloud
from rackwright.engine.providers.aws.resource import Ec2Resource, Life, Wanted
from rackwright.engine.providers.aws.shapes import Props, fixed
from rackwright.engine.providers.aws.waiting import wait_for

OPTIONS = {
    "applianceModeSupport": "ApplianceModeSupport",
    "dnsSupport": "DnsSupport",
    "ipv6Support": "Ipv6Support",
    "securityGroupReferencingSupport": "SecurityGroupReferencingSupport",
}
_REFUSED = frozenset({"failed", "rejected"})
_OF_THE_GATEWAY = frozenset(
    {"transitGatewayDefaultRouteTableAssociation", "transitGatewayDefaultRouteTablePropagation"}
)
"""Inputs that are settings of the gateway's own tables."""


class VpcAttachment(Ec2Resource):
    """A VPC behind a transit gateway; subnets and options change in place."""

    type_ = "aws:ec2transitgateway/vpcAttachment:VpcAttachment"
    life = Life(
        *("CreateTransitGatewayVpcAttachment", "TransitGatewayVpcAttachment.TransitGatewayAttachmentId"),
        *("DescribeTransitGatewayVpcAttachments", "TransitGatewayAttachmentIds", "TransitGatewayVpcAttachments[0]"),
        *("DeleteTransitGatewayVpcAttachment", "TransitGatewayAttachmentId"),
    )
    tag_type = "transit-gateway-attachment"
    replaces = frozenset({"transitGatewayId", "vpcId"})
    not_sent = frozenset(OPTIONS) | _OF_THE_GATEWAY
    defaults = fixed(
        {
            **dict.fromkeys(("applianceModeSupport", "ipv6Support"), "disable"),
            **dict.fromkeys(("dnsSupport", "securityGroupReferencingSupport"), "enable"),
        }
    )
    computed = ("arn", "vpcOwnerId", "tagsAll")

    def more_params(self, cloud: Cloud, wanted: Wanted) -> dict[str, Any]:
        """Options."""
        return {"Options": _options(wanted.props)}

    def arrange(self, cloud: Cloud, id_: str, wanted: Wanted, changed: frozenset[str], *, creating: bool) -> None:
        """It carries traffic only some time after its creation, and after a change."""
        if not creating and changed & {"subnetIds", *OPTIONS}:
            has = set((self.describe(cloud, id_) or {}).get("SubnetIds") or [])
            asked = set(wanted.get("subnetIds", []))
            cloud.call(
                *("ec2", "ModifyTransitGatewayVpcAttachment"),
                TransitGatewayAttachmentId=id_,
                Options=_options(wanted.props),
                AddSubnetIds=sorted(asked - has) or None,
                RemoveSubnetIds=sorted(has - asked) or None,
            )
        wait_for(lambda: self._state(cloud, id_), "available", f"transit gateway attachment {id_}")

    def _state(self, cloud: Cloud, id_: str) -> str | None:
        item = self.describe(cloud, id_)
        if item is not None and item.get("State") in _REFUSED:
            raise StepFailed(
                f"transit gateway attachment {id_} is {item['State']}",
                where=id_,
                hint="the owner of the transit gateway accepts or refuses attachments of other accounts",
            )
        return None if item is None else str(item.get("State"))

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """Its interfaces are gone only some time after its deletion."""
        super().delete(cloud, id_, known)
        wait_for(lambda: self._state(cloud, id_), None, f"transit gateway attachment {id_}")

    def outputs(self, cloud: Cloud, id_: str, item: dict[str, Any], known: Props) -> Props:
        """Options under their own names."""
        shown = item.get("Options") or {}
        options = {prop: shown[member] for prop, member in OPTIONS.items() if member in shown}
        own = {name: known[name] for name in _OF_THE_GATEWAY if name in known}
        return {"arn": cloud.arn("ec2", f"transit-gateway-attachment/{id_}"), **options, **own}


def _options(props: Props) -> dict[str, str]:
    return {member: str(props[prop]) for prop, member in OPTIONS.items() if props.get(prop) is not None}
