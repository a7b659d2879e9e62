"""Interface endpoints of a VPC: pending until they answer, deleting until their interfaces are free.

Gateway endpoints are routes and come and go at once.
Source: Amazon EC2 API Reference, "VpcEndpoint" (`state`), "DeleteVpcEndpoints" (docs.aws.amazon.com/AWSEC2, 2026-11).
"""

from __future__ import annotations

from typing import Any

from moto.ec2.models.vpcs import VPCEndPoint

from rackwright.cloud.aws.call import Behaviours, Call, Reply
from rackwright.cloud.aws.lifecycle import ENDPOINT, begin, end, over, state_of

GONE = "deleted"
_KEPT = "rackwright_state"
"""Attribute with moto's own idea of the state: ``deleted``, or that it exists."""

_plain_init = VPCEndPoint.__init__


def _init(self: Any, *args: Any, **kwargs: Any) -> None:
    _plain_init(self, *args, **kwargs)
    if _takes_time(self):
        begin(self, ENDPOINT)


def _takes_time(endpoint: Any) -> bool:
    return str(endpoint.vpc_endpoint_type).lower() == "interface"


def _state(self: Any) -> str:
    kept = vars(self).get(_KEPT, ENDPOINT.ready)
    return state_of(self, ENDPOINT) if kept == ENDPOINT.ready else str(kept)


def _set_state(self: Any, state: str) -> None:
    vars(self)[_KEPT] = state


def describe(call: Call) -> Reply:
    """After what was on its way out has gone."""
    state = call.state()
    if gone := over({id_: one for id_, one in state.vpc_end_points.items() if one.state != GONE}):
        call.changed = True
        state.delete_vpc_endpoints(gone)
    return call.forward()


def delete(call: Call) -> Reply:
    """Interfaces of an interface endpoint go with it, once it is gone."""
    state = call.state()
    known = [state.vpc_end_points.get(id_) for id_ in call.params["VpcEndpointIds"]]
    standing = [one for one in known if one is not None and one.state != GONE]
    state.delete_vpc_endpoints([one.id for one in standing if not _takes_time(one) or end(one, ENDPOINT)])
    return call.answer({"Unsuccessful": []})


def install() -> None:
    """Put these rules into moto."""
    type.__setattr__(VPCEndPoint, "__init__", _init)
    type.__setattr__(VPCEndPoint, "state", property(_state, _set_state))


BEHAVIOURS: Behaviours = {
    ("ec2", "DescribeVpcEndpoints"): describe,
    ("ec2", "DeleteVpcEndpoints"): delete,
}
