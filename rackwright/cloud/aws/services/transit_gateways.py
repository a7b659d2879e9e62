"""Transit gateways: one that another account or stack has made, and attachments that take their time.

A transit gateway that this cloud has not made is taken at its word: the network's owner made it before the rehearsal.
Sources: Amazon EC2 API Reference, "CreateTransitGatewayVpcAttachment" and "TransitGatewayVpcAttachment" (`State`);
Amazon VPC Transit Gateways Guide, "Transit gateway attachments to a VPC" (docs.aws.amazon.com/vpc/latest/tgw, 2026-11).
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from rackwright.cloud.aws.call import ApiError, Behaviours, Call, Reply
from rackwright.cloud.aws.lifecycle import TRANSIT_ATTACHMENT, begin, change, end, over, state_of
from rackwright.cloud.aws.shelf import require

NOT_FOUND = "InvalidTransitGatewayAttachmentID.NotFound"
_TAG_TYPE = "transit-gateway-attachment"


def accept_foreign(state: Any, id_: str | None) -> None:
    """Know the transit gateway `id_` from now on, if it is none of ours."""
    known = state.transit_gateways
    if id_ and id_.startswith("tgw-") and id_ not in known:
        gateway = state.create_transit_gateway(description="made elsewhere")
        del known[gateway.id]
        gateway.id = id_
        known[id_] = gateway


def attach(call: Call) -> Reply:
    """One subnet of each zone, all of the one VPC."""
    asked, state = call.params, call.state()
    accept_foreign(state, asked.get("TransitGatewayId"))
    _check_subnets(state, asked["VpcId"], asked["SubnetIds"])
    known = set(state.transit_gateway_attachments)
    reply = call.forward()
    if not reply.ok:
        return reply
    (id_,) = set(state.transit_gateway_attachments) - known
    made = state.transit_gateway_attachments[id_]
    specs = [spec for spec in asked.get("TagSpecifications") or [] if spec.get("ResourceType") == _TAG_TYPE]
    made.add_tags({tag["Key"]: tag.get("Value", "") for spec in specs for tag in spec.get("Tags") or []})
    begin(made, TRANSIT_ATTACHMENT)
    return call.answer({"TransitGatewayVpcAttachment": _described(made)})


def _check_subnets(state: Any, vpc: str, ids: list[str]) -> None:
    subnets = [state.get_subnet(id_) for id_ in ids]
    if foreign := [one.id for one in subnets if one.vpc_id != vpc]:
        raise ApiError("InvalidSubnetID.NotFound", f"The subnet ID '{foreign[0]}' does not exist in {vpc}.")
    zones = Counter(one.availability_zone for one in subnets)
    if twice := [zone for zone, count in zones.items() if count > 1]:
        raise ApiError("DuplicateSubnetsInSameZone", f"More than one subnet is in {twice[0]}.")


def _described(one: Any) -> dict[str, Any]:
    return {
        "TransitGatewayAttachmentId": one.id,
        "TransitGatewayId": one.transit_gateway_id,
        "VpcId": one.vpc_id,
        "VpcOwnerId": one.vpc_owner_id,
        "State": state_of(one, TRANSIT_ATTACHMENT),
        "SubnetIds": list(one.subnet_ids),
        "Options": dict(one.options),
        "Tags": [{"Key": tag["key"], "Value": tag["value"]} for tag in one.get_tags()],
    }


def _attachments(call: Call) -> dict[str, Any]:
    """Attachments of VPCs that are there, after those that were on their way out have gone."""
    state = call.state()
    mine = {id_: one for id_, one in state.transit_gateway_attachments.items() if hasattr(one, "vpc_id")}
    for id_ in over(mine):
        call.changed = True
        state.delete_transit_gateway_vpc_attachment(id_)
        del mine[id_]
    return mine


def describe(call: Call) -> Reply:
    """All or some; an unknown id is an error."""
    found = _attachments(call)
    ids = call.params.get("TransitGatewayAttachmentIds") or list(found)
    chosen = [require(found, id_, NOT_FOUND, "transit gateway attachment") for id_ in ids]
    return call.answer({"TransitGatewayVpcAttachments": [_described(one) for one in chosen]})


def modify(call: Call) -> Reply:
    """Other subnets and options; it is out of service meanwhile."""
    one = require(
        _attachments(call), call.params["TransitGatewayAttachmentId"], NOT_FOUND, "transit gateway attachment"
    )
    subnets = [*one.subnet_ids, *(call.params.get("AddSubnetIds") or [])]
    gone = set(call.params.get("RemoveSubnetIds") or [])
    one.subnet_ids = [id_ for id_ in dict.fromkeys(subnets) if id_ not in gone]
    one.options = {**one.options, **(call.params.get("Options") or {})}
    change(one, TRANSIT_ATTACHMENT)
    return call.answer({"TransitGatewayVpcAttachment": _described(one)})


def detach(call: Call) -> Reply:
    """Gone after its time."""
    found = _attachments(call)
    one = require(found, call.params["TransitGatewayAttachmentId"], NOT_FOUND, "transit gateway attachment")
    if end(one, TRANSIT_ATTACHMENT):
        call.state().delete_transit_gateway_vpc_attachment(one.id)
    return call.answer({"TransitGatewayVpcAttachment": {**_described(one), "State": "deleting"}})


def attached_subnets(state: Any) -> set[str]:
    """Subnets that an attachment has an interface in."""
    return {id_ for one in state.transit_gateway_attachments.values() for id_ in getattr(one, "subnet_ids", ())}


BEHAVIOURS: Behaviours = {
    ("ec2", "CreateTransitGatewayVpcAttachment"): attach,
    ("ec2", "DescribeTransitGatewayVpcAttachments"): describe,
    ("ec2", "ModifyTransitGatewayVpcAttachment"): modify,
    ("ec2", "DeleteTransitGatewayVpcAttachment"): detach,
}
