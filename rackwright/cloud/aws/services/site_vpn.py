"""Site-to-site VPN beside what moto has: static routes, route propagation, options, no keys in answers.

Sources: Amazon EC2 API Reference, "CreateVpnConnectionRoute", "EnableVgwRoutePropagation" and "VpnConnection"
(docs.aws.amazon.com/AWSEC2/latest/APIReference, 2026-11).
"""

from __future__ import annotations

from typing import Any

from rackwright.cloud.aws.call import ApiError, Behaviours, Call, Reply
from rackwright.cloud.aws.lifecycle import VPN_CONNECTION, begin, end, over, state_of
from rackwright.cloud.aws.services.transit_gateways import accept_foreign
from rackwright.cloud.aws.shelf import shelf
from rackwright.cloud.aws.things import Thing, require

GONE = "deleted"


def create(call: Call) -> Reply:
    """A connection with its options; moto forgets them, and hands out pre-shared keys that it makes up."""
    accept_foreign(call.state(), call.params.get("TransitGatewayId"))
    reply = call.forward()
    if not reply.ok:
        return reply
    connections = call.state().vpn_connections
    id_ = list(connections)[-1]
    begin(connections[id_], VPN_CONNECTION)
    options = call.params.get("Options") or {}
    shelf(call, "vpn_options")[id_] = {
        "StaticRoutesOnly": bool(options.get("StaticRoutesOnly")),
        "TunnelOptions": options.get("TunnelOptions") or [],
    }
    return call.answer({"VpnConnection": _described(call, connections[id_])})


def describe(call: Call) -> Reply:
    """All or some, after what was on its way out has gone; an unknown id is an error."""
    connections = call.state().vpn_connections
    for id_ in over({id_: one for id_, one in connections.items() if one.state != GONE}):
        call.changed = True
        connections[id_].state = GONE
    ids = call.params.get("VpnConnectionIds") or list(connections)
    found = [require(connections, id_, "InvalidVpnConnectionID.NotFound", "vpnConnection ID") for id_ in ids]
    return call.answer({"VpnConnections": [_described(call, one) for one in found]})


def _described(call: Call, connection: Any) -> Thing:
    routes = shelf(call, "vpn_routes").get(connection.id, {})
    ends = {
        "CustomerGatewayId": connection.customer_gateway_id,
        "VpnGatewayId": connection.vpn_gateway_id,
        "TransitGatewayId": connection.transit_gateway_id,
    }
    return {
        "VpnConnectionId": connection.id,
        "State": GONE if connection.state == GONE else state_of(connection, VPN_CONNECTION),
        "Type": connection.type,
        "Category": "VPN",
        **{member: value for member, value in ends.items() if value},
        "Options": shelf(call, "vpn_options").get(connection.id, {}),
        "Routes": [{"DestinationCidrBlock": cidr, "Source": "Static", "State": "available"} for cidr in routes],
        "Tags": [{"Key": tag["key"], "Value": tag["value"]} for tag in connection.get_tags()],
    }


def delete(call: Call) -> Reply:
    """Gone after its time; AWS shows what is gone for about an hour."""
    id_ = call.params["VpnConnectionId"]
    one = require(call.state().vpn_connections, id_, "InvalidVpnConnectionID.NotFound", "vpnConnection ID")
    if one.state != GONE and end(one, VPN_CONNECTION):
        one.state = GONE
    return call.answer(None)


def create_route(call: Call) -> Reply:
    """Only a connection with static routes takes any."""
    id_ = call.params["VpnConnectionId"]
    require(call.state().vpn_connections, id_, "InvalidVpnConnectionID.NotFound", "vpnConnection ID")
    if not shelf(call, "vpn_options").get(id_, {}).get("StaticRoutesOnly"):
        raise ApiError("InvalidParameterValue", f"The vpnConnection '{id_}' learns its routes by BGP.")
    shelf(call, "vpn_routes").setdefault(id_, {})[call.params["DestinationCidrBlock"]] = True
    return call.answer(None)


def delete_route(call: Call) -> Reply:
    """Take a static route away."""
    routes = shelf(call, "vpn_routes").get(call.params["VpnConnectionId"], {})
    require(routes, call.params["DestinationCidrBlock"], "InvalidRoute.NotFound", "route")
    del routes[call.params["DestinationCidrBlock"]]
    return call.answer(None)


def enable_propagation(call: Call) -> Reply:
    """The gateway must be attached to the table's VPC."""
    table = call.state().get_route_table(call.params["RouteTableId"])
    gateway = call.state().get_vpn_gateway(call.params["GatewayId"])
    if table.vpc_id not in gateway.attachments:
        raise ApiError("Gateway.NotAttached", f"{gateway.id} is not attached to {table.vpc_id}.")
    learnt: list[dict[str, str]] = vars(table).setdefault("propagating_vgws", [])
    if {"GatewayId": gateway.id} not in learnt:
        learnt.append({"GatewayId": gateway.id})
    return call.answer(None)


def disable_propagation(call: Call) -> Reply:
    """The table forgets."""
    table = call.state().get_route_table(call.params["RouteTableId"])
    left = [one for one in vars(table).get("propagating_vgws", []) if one["GatewayId"] != call.params["GatewayId"]]
    table.propagating_vgws = left
    return call.answer(None)


BEHAVIOURS: Behaviours = {
    ("ec2", "CreateVpnConnection"): create,
    ("ec2", "DescribeVpnConnections"): describe,
    ("ec2", "DeleteVpnConnection"): delete,
    ("ec2", "CreateVpnConnectionRoute"): create_route,
    ("ec2", "DeleteVpnConnectionRoute"): delete_route,
    ("ec2", "EnableVgwRoutePropagation"): enable_propagation,
    ("ec2", "DisableVgwRoutePropagation"): disable_propagation,
}
