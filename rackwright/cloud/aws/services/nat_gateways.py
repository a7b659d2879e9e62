"""NAT gateways: pending until they carry traffic, deleting until their address and interface are free.

Source: AWS EC2 API Reference, "NatGateway" (`state`) and "DeleteNatGateway" (docs.aws.amazon.com/AWSEC2, 2026-11).
"""

from __future__ import annotations

from typing import Any

from moto.ec2.models.nat_gateways import NatGateway

from rackwright.cloud.aws.call import ApiError, Behaviours, Call, Reply
from rackwright.cloud.aws.lifecycle import NAT_GATEWAY, begin, end, over, state_of

_KEPT = "rackwright_state"
"""Attribute with moto's own idea of the state: ``deleted``, or that it exists."""

GONE = "deleted"
"""State of a gateway that is gone; AWS shows it for about an hour."""

_plain_init = NatGateway.__init__


def _init(self: Any, *args: Any, **kwargs: Any) -> None:
    _plain_init(self, *args, **kwargs)
    begin(self, NAT_GATEWAY)


def _state(self: Any) -> str:
    kept = vars(self).get(_KEPT, NAT_GATEWAY.ready)
    return state_of(self, NAT_GATEWAY) if kept == NAT_GATEWAY.ready else str(kept)


def _set_state(self: Any, state: str) -> None:
    vars(self)[_KEPT] = state


def describe(call: Call) -> Reply:
    """After what was on its way out has gone."""
    state = call.state()
    for id_ in over({id_: one for id_, one in state.nat_gateways.items() if one.state != GONE}):
        call.changed = True
        _remove(state, id_)
    return call.forward()


def delete(call: Call) -> Reply:
    """Its interface and its hold on the public address go with it, once it is gone."""
    state, id_ = call.state(), call.params["NatGatewayId"]
    if id_ not in state.nat_gateways or state.nat_gateways[id_].state == GONE:
        raise ApiError("NatGatewayNotFound", f"The Nat Gateway {id_} was not found")
    if end(state.nat_gateways[id_], NAT_GATEWAY):
        _remove(state, id_)
    return call.answer({"NatGatewayId": id_})


def _remove(state: Any, id_: str) -> None:
    gateway = state.nat_gateways[id_]
    state.delete_nat_gateway(id_)
    eni = vars(gateway)["_eni"]
    for address in state.addresses:
        if address.eni is not None and address.eni.id == eni.id:
            address.eni = address.association_id = None
    if state.enis.pop(eni.id, None) is not None:
        eni.subnet.del_subnet_ip(eni.private_ip_address)


def install() -> None:
    """Put these rules into moto."""
    type.__setattr__(NatGateway, "__init__", _init)
    type.__setattr__(NatGateway, "state", property(_state, _set_state))


BEHAVIOURS: Behaviours = {
    ("ec2", "DescribeNatGateways"): describe,
    ("ec2", "DeleteNatGateway"): delete,
}
