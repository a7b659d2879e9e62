"""AWS Client VPN: endpoints, associated subnets and authorization rules. Nothing is tunnelled.

Sources: Amazon EC2 API Reference, "CreateClientVpnEndpoint", "AssociateClientVpnTargetNetwork",
"AuthorizeClientVpnIngress"; AWS Client VPN Administrator Guide, "Limitations" (docs.aws.amazon.com, 2026-11).
"""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Any

import moto.ec2.models as ec2_models
from moto.ec2.utils import is_valid_resource_id

from rackwright.cloud.aws.call import ApiError, Behaviours, Call, Reply
from rackwright.cloud.aws.shelf import shelf, tag_list, tag_map
from rackwright.cloud.aws.things import Thing, given, new_id, require

PREFIX = "cvpn-endpoint-"
LARGEST, SMALLEST = 12, 22
"""Prefix of the clients' range."""
_KINDS = {
    "certificate-authentication": ("MutualAuthentication", "ClientRootCertificateChainArn"),
    "directory-service-authentication": ("ActiveDirectory", "DirectoryId"),
    "federated-authentication": ("FederatedAuthentication", "SAMLProviderArn"),
}
_SHOWN = {"ClientRootCertificateChainArn": "ClientRootCertificateChain", "SAMLProviderArn": "SamlProviderArn"}
_MEMBERS = (
    *("ClientCidrBlock", "ServerCertificateArn", "Description", "SplitTunnel", "TransportProtocol", "VpnPort"),
    *("VpcId", "SecurityGroupIds", "SessionTimeoutHours", "DisconnectOnSessionTimeout", "ConnectionLogOptions"),
    *("ClientConnectOptions", "ClientLoginBannerOptions", "SelfServicePortal"),
)


def _endpoints(call: Call) -> dict[str, Thing]:
    return shelf(call, "client_vpn_endpoints")


def _endpoint(call: Call) -> Thing:
    asked = call.params.get("ClientVpnEndpointId")
    found: Thing = require(_endpoints(call), asked, "InvalidClientVpnEndpointId.NotFound", "Client VPN endpoint")
    return found


def create(call: Call) -> Reply:
    """An endpoint that waits for its first subnet."""
    asked = call.params
    clients = IPv4Network(asked["ClientCidrBlock"])
    if not LARGEST <= clients.prefixlen <= SMALLEST:
        raise ApiError("InvalidParameterValue", f"Client CIDR {clients} must be a /{LARGEST} to /{SMALLEST}.")
    id_ = new_id(PREFIX)
    _endpoints(call)[id_] = {
        "SplitTunnel": False,
        "TransportProtocol": "udp",
        "VpnPort": 443,
        **given(asked, *_MEMBERS),
        "ClientVpnEndpointId": id_,
        "DnsServers": asked.get("DnsServers") or [],
        "DnsName": f"*.{id_}.prod.clientvpn.{call.region}.amazonaws.com",
        "AuthenticationOptions": _proofs(asked.get("AuthenticationOptions") or []),
    }
    specs = asked.get("TagSpecifications") or []
    call.state().tags[id_] = tag_map([tag for spec in specs for tag in spec.get("Tags") or []])
    return call.answer({"ClientVpnEndpointId": id_, "Status": {"Code": "pending-associate"}})


def _proofs(asked: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One way, or certificates and one other way."""
    kinds = [one["Type"] for one in asked]
    others = [kind for kind in kinds if kind != "certificate-authentication"]
    if not kinds or len(set(kinds)) != len(kinds) or len(others) > 1:
        raise ApiError("InvalidParameterCombination", f"Authentication {kinds} cannot be combined.")
    return [_proof(one) for one in asked]


def _proof(one: dict[str, Any]) -> dict[str, Any]:
    group, member = _KINDS[one["Type"]]
    value = (one.get(group) or {}).get(member)
    if not value:
        raise ApiError("MissingParameter", f"{one['Type']} needs {group}.{member}.")
    return {"Type": one["Type"], group: {_SHOWN.get(member, member): value}}


def describe(call: Call) -> Reply:
    """All or some; an unknown id is an error."""
    ids = call.params.get("ClientVpnEndpointIds") or list(_endpoints(call))
    found = [require(_endpoints(call), id_, "InvalidClientVpnEndpointId.NotFound", "endpoint") for id_ in ids]
    return call.answer({"ClientVpnEndpoints": [_described(call, one) for one in found]})


def _described(call: Call, endpoint: Thing) -> Thing:
    id_ = endpoint["ClientVpnEndpointId"]
    state = "available" if _targets(call, id_) else "pending-associate"
    return {**endpoint, "Status": {"Code": state}, "Tags": tag_list(call.state().tags.get(id_, {}))}


def modify(call: Call) -> Reply:
    """Everything but ranges, protocol and ways of proving oneself."""
    endpoint = _endpoint(call)
    endpoint.update(given(call.params, *(name for name in _MEMBERS if name != "ClientCidrBlock")))
    if servers := call.params.get("DnsServers"):
        endpoint["DnsServers"] = servers.get("CustomDnsServers") or []
    return call.answer({"Return": True})


def delete(call: Call) -> Reply:
    """An endpoint with subnets stays."""
    id_ = _endpoint(call)["ClientVpnEndpointId"]
    if _targets(call, id_):
        raise ApiError("DependencyViolation", f"The Client VPN endpoint '{id_}' has associated target networks.")
    del _endpoints(call)[id_]
    for key in [key for key, rule in _rules(call).items() if rule["ClientVpnEndpointId"] == id_]:
        del _rules(call)[key]
    call.state().tags.pop(id_, None)
    return call.answer({"Status": {"Code": "deleting"}})


def _associations(call: Call) -> dict[str, Thing]:
    return shelf(call, "client_vpn_associations")


def _targets(call: Call, endpoint: str) -> list[Thing]:
    return [one for one in _associations(call).values() if one["ClientVpnEndpointId"] == endpoint]


def associate(call: Call) -> Reply:
    """One subnet of each zone, of one VPC, with an interface of its own."""
    endpoint, state = _endpoint(call), call.state()
    subnet = state.get_subnet(call.params["SubnetId"])
    here = _targets(call, endpoint["ClientVpnEndpointId"])
    if any(state.get_subnet(one["TargetNetworkId"]).availability_zone == subnet.availability_zone for one in here):
        zone = subnet.availability_zone
        raise ApiError("InvalidClientVpnSubnetId.DuplicateAz", f"A subnet in {zone} is associated already.")
    if IPv4Network(endpoint["ClientCidrBlock"]).overlaps(IPv4Network(state.get_vpc(subnet.vpc_id).cidr_block)):
        raise ApiError("InvalidParameterValue", "The client range overlaps the VPC's.")
    id_ = new_id("cvpn-assoc-")
    eni = state.create_network_interface(subnet, None, group_ids=endpoint.get("SecurityGroupIds") or [])
    eni.description = f"ClientVPN Endpoint resource {endpoint['ClientVpnEndpointId']}"
    _associations(call)[id_] = {
        "AssociationId": id_,
        "ClientVpnEndpointId": endpoint["ClientVpnEndpointId"],
        "TargetNetworkId": subnet.id,
        "VpcId": subnet.vpc_id,
        "Interface": eni.id,
    }
    return call.answer({"AssociationId": id_, "Status": {"Code": "associating"}})


def describe_targets(call: Call) -> Reply:
    """Subnets of an endpoint."""
    found = _targets(call, _endpoint(call)["ClientVpnEndpointId"])
    shown = [{**{k: v for k, v in one.items() if k != "Interface"}, "Status": {"Code": "associated"}} for one in found]
    return call.answer({"ClientVpnTargetNetworks": shown})


def disassociate(call: Call) -> Reply:
    """Its interface goes with it."""
    asked = call.params["AssociationId"]
    found = require(_associations(call), asked, "InvalidClientVpnAssociationId.NotFound", "association")
    del _associations(call)[asked]
    call.state().delete_network_interface(found["Interface"])
    return call.answer({"AssociationId": asked, "Status": {"Code": "disassociating"}})


def _rules(call: Call) -> dict[str, Thing]:
    return shelf(call, "client_vpn_rules")


def _rule_key(asked: dict[str, Any]) -> str:
    return ",".join((asked["ClientVpnEndpointId"], asked["TargetNetworkCidr"], asked.get("AccessGroupId") or ""))


def authorize(call: Call) -> Reply:
    """For one group or for all, never for both."""
    asked = call.params
    _endpoint(call)
    if bool(asked.get("AccessGroupId")) == bool(asked.get("AuthorizeAllGroups")):
        raise ApiError("InvalidParameterCombination", "Name AccessGroupId or AuthorizeAllGroups.")
    _rules(call)[_rule_key(asked)] = {
        "ClientVpnEndpointId": asked["ClientVpnEndpointId"],
        "DestinationCidr": asked["TargetNetworkCidr"],
        "GroupId": asked.get("AccessGroupId") or "",
        "AccessAll": bool(asked.get("AuthorizeAllGroups")),
        "Description": asked.get("Description") or "",
        "Status": {"Code": "active"},
    }
    return call.answer({"Status": {"Code": "authorizing"}})


def describe_rules(call: Call) -> Reply:
    """Rules of an endpoint."""
    id_ = _endpoint(call)["ClientVpnEndpointId"]
    return call.answer(
        {"AuthorizationRules": [one for one in _rules(call).values() if one["ClientVpnEndpointId"] == id_]}
    )


def revoke(call: Call) -> Reply:
    """Take a rule away."""
    require(_rules(call), _rule_key(call.params), "InvalidClientVpnEndpointAuthorizationRuleNotFound", "rule")
    del _rules(call)[_rule_key(call.params)]
    return call.answer({"Status": {"Code": "revoking"}})


def _is_valid(resource_id: str) -> bool:
    """Moto takes the part before the first dash as the kind; ours has two."""
    return resource_id.startswith(PREFIX) or is_valid_resource_id(resource_id)


def install() -> None:
    """Put this into moto, so that endpoints can be tagged."""
    vars(ec2_models)["is_valid_resource_id"] = _is_valid


BEHAVIOURS: Behaviours = {
    ("ec2", "CreateClientVpnEndpoint"): create,
    ("ec2", "DescribeClientVpnEndpoints"): describe,
    ("ec2", "ModifyClientVpnEndpoint"): modify,
    ("ec2", "DeleteClientVpnEndpoint"): delete,
    ("ec2", "AssociateClientVpnTargetNetwork"): associate,
    ("ec2", "DescribeClientVpnTargetNetworks"): describe_targets,
    ("ec2", "DisassociateClientVpnTargetNetwork"): disassociate,
    ("ec2", "AuthorizeClientVpnIngress"): authorize,
    ("ec2", "DescribeClientVpnAuthorizationRules"): describe_rules,
    ("ec2", "RevokeClientVpnIngress"): revoke,
}
