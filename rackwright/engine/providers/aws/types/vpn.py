"""Site-to-site VPN and the endpoint for single people."""

from __future__ import annotations

from typing import Any

from rackwright.engine.providers.aws.cloud import Cloud
from rackwright.engine.providers.aws.resource import Ec2Resource, Life, Resource, Wanted, pick, when_free
from rackwright.engine.providers.aws.shapes import Props, fixed, from_api
from rackwright.engine.providers.aws.waiting import wait_for


class CustomerGateway(Ec2Resource):
    """The other end of a tunnel."""

    type_ = "aws:ec2/customerGateway:CustomerGateway"
    life = Life(
        *("CreateCustomerGateway", "CustomerGateway.CustomerGatewayId", "DescribeCustomerGateways"),
        *("CustomerGatewayIds", "CustomerGateways[0]", "DeleteCustomerGateway", "CustomerGatewayId"),
    )
    tag_type = "customer-gateway"
    replaces = frozenset({"bgpAsn", "bgpAsnExtended", "certificateArn", "deviceName", "ipAddress", "type"})
    computed = ("arn", "tagsAll")

    def outputs(self, cloud: Cloud, id_: str, item: dict[str, Any], known: Props) -> Props:
        """The ARN."""
        return {"arn": cloud.arn("ec2", f"customer-gateway/{id_}")}


class VpnGateway(Ec2Resource):
    """Our end of a tunnel; attached to at most one VPC."""

    type_ = "aws:ec2/vpnGateway:VpnGateway"
    life = Life(
        *("CreateVpnGateway", "VpnGateway.VpnGatewayId", "DescribeVpnGateways"),
        *("VpnGatewayIds", "VpnGateways[0]", "DeleteVpnGateway", "VpnGatewayId"),
    )
    tag_type = "vpn-gateway"
    replaces = frozenset({"amazonSideAsn", "availabilityZone"})
    not_sent = frozenset({"vpcId"})
    computed = ("arn", "amazonSideAsn", "tagsAll")

    def more_params(self, cloud: Cloud, wanted: Wanted) -> dict[str, Any]:
        """The only type there is."""
        return {"Type": "ipsec.1"}

    def arrange(self, cloud: Cloud, id_: str, wanted: Wanted, changed: frozenset[str], *, creating: bool) -> None:
        """Attach to the VPC that is asked for, leave another one."""
        if "vpcId" in changed:
            self._leave(cloud, id_)
            if vpc := wanted.get("vpcId"):
                cloud.call("ec2", "AttachVpnGateway", VpnGatewayId=id_, VpcId=vpc)

    def _leave(self, cloud: Cloud, id_: str) -> None:
        for vpc in _attached(self.describe(cloud, id_)):
            cloud.call("ec2", "DetachVpnGateway", VpnGatewayId=id_, VpcId=vpc)

    def outputs(self, cloud: Cloud, id_: str, item: dict[str, Any], known: Props) -> Props:
        """The VPC that it is attached to."""
        vpcs = _attached(item)
        asn = str(item.get("AmazonSideAsn") or "")
        return {"arn": cloud.arn("ec2", f"vpn-gateway/{id_}"), "vpcId": vpcs[0] if vpcs else "", "amazonSideAsn": asn}

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """Leave, then delete."""
        self._leave(cloud, id_)
        super().delete(cloud, id_, known)


def _attached(item: dict[str, Any] | None) -> list[str]:
    found = pick("VpcAttachments[?State!='detached'].VpcId", item) if item else []
    return list(found or [])


class RoutePropagation(Resource):
    """A route table that learns the routes of a virtual private gateway."""

    type_ = "aws:ec2/vpnGatewayRoutePropagation:VpnGatewayRoutePropagation"
    service = "ec2"
    replaces = frozenset({"vpnGatewayId", "routeTableId"})

    def create(self, cloud: Cloud, wanted: Wanted) -> str:
        """Switch it on."""
        pair = {"GatewayId": wanted.get("vpnGatewayId"), "RouteTableId": wanted.get("routeTableId")}
        cloud.call("ec2", "EnableVgwRoutePropagation", **pair)
        return f"{pair['GatewayId']}_{pair['RouteTableId']}"

    def read(self, cloud: Cloud, id_: str, known: Props) -> Props | None:
        """Look at the table."""
        gateway, _, table = id_.partition("_")
        answer = cloud.find("ec2", "DescribeRouteTables", RouteTableIds=[table])
        found = pick("RouteTables[0].PropagatingVgws[].GatewayId", answer) or []
        return {"vpnGatewayId": gateway, "routeTableId": table} if gateway in found else None

    def update(self, cloud: Cloud, id_: str, old: Props, wanted: Wanted, changed: frozenset[str]) -> None:
        """Both properties replace it."""

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """Switch it off."""
        gateway, _, table = id_.partition("_")
        when_free(lambda: cloud.call("ec2", "DisableVgwRoutePropagation", GatewayId=gateway, RouteTableId=table))

    def find(self, cloud: Cloud, wanted: Wanted) -> str | None:
        """By the pair."""
        id_ = f"{wanted.get('vpnGatewayId')}_{wanted.get('routeTableId')}"
        return id_ if self.read(cloud, id_, wanted.props) else None


_VALUE_LISTS = frozenset(
    f"{phase}{what}" for phase in ("phase1", "phase2") for what in ("EncryptionAlgorithms", "IntegrityAlgorithms")
) | {"phase1DhGroupNumbers", "phase2DhGroupNumbers", "ikeVersions"}


class VpnConnection(Ec2Resource):
    """Two tunnels between the two ends. Options of the tunnels are recorded as given; the emulator does not tunnel."""

    type_ = "aws:ec2/vpnConnection:VpnConnection"
    life = Life(
        *("CreateVpnConnection", "VpnConnection.VpnConnectionId", "DescribeVpnConnections"),
        *("VpnConnectionIds", "VpnConnections[0]", "DeleteVpnConnection", "VpnConnectionId"),
    )
    tag_type = "vpn-connection"
    replaces = frozenset(
        ("customerGatewayId", "vpnGatewayId", "transitGatewayId", "type", "staticRoutesOnly", "enableAcceleration")
    )
    defaults = fixed({"presharedKeyStorage": "Standard"})
    computed = (
        *("arn", "customerGatewayConfiguration", "routes", "vgwTelemetries", "tunnel1Address", "tunnel2Address"),
        *("tunnel1PresharedKey", "tunnel2PresharedKey", "tagsAll"),
    )

    def sent(self, wanted: Wanted) -> frozenset[str]:
        """Tunnels go into the options."""
        own = super().sent(wanted)
        return frozenset(name for name in own if not name.startswith("tunnel")) - {"staticRoutesOnly"}

    def more_params(self, cloud: Cloud, wanted: Wanted) -> dict[str, Any]:
        """Options of the connection and of each tunnel."""
        tunnels = [_tunnel(wanted.props, number) for number in (1, 2)]
        return {"Options": {"StaticRoutesOnly": bool(wanted.get("staticRoutesOnly")), "TunnelOptions": tunnels}}

    def arrange(self, cloud: Cloud, id_: str, wanted: Wanted, changed: frozenset[str], *, creating: bool) -> None:
        """Routes and gateways take it only some time after its creation."""
        if creating:
            wait_for(lambda: self._state(cloud, id_), "available", f"VPN connection {id_}")

    def _state(self, cloud: Cloud, id_: str) -> str | None:
        item = self.describe(cloud, id_)
        return None if item is None else str(item.get("State"))

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """Its gateways are free only some time after its deletion."""
        super().delete(cloud, id_, known)
        wait_for(lambda: self._state(cloud, id_), None, f"VPN connection {id_}")

    def read(self, cloud: Cloud, id_: str, known: Props) -> Props | None:
        """Without keys: what AWS generated stays with AWS."""
        found = super().read(cloud, id_, known)
        hidden = {"customerGatewayConfiguration", "options", "routes", "vgwTelemetry", "state", "category"}
        return found and {key: value for key, value in found.items() if key not in hidden}

    def outputs(self, cloud: Cloud, id_: str, item: dict[str, Any], known: Props) -> Props:
        """The ARN, and how routes are known."""
        static = pick("Options.StaticRoutesOnly", item)
        shown = {} if static is None else {"staticRoutesOnly": bool(static)}
        return {"arn": cloud.arn("ec2", f"vpn-connection/{id_}"), **shown}


def _tunnel(props: Props, number: int) -> dict[str, Any]:
    """Options of one tunnel in the API's members: ``tunnel1IkeVersions`` -> ``IKEVersions: [{Value: ikev2}]``."""
    prefix, found = f"tunnel{number}", {}
    for name, value in props.items():
        bare = name.removeprefix(prefix)
        if bare == name:
            continue
        member = {"IkeVersions": "IKEVersions", "DhGroupNumbers": "DHGroupNumbers"}.get(bare, bare)
        member = member.replace("DhGroupNumbers", "DHGroupNumbers")
        plain = bare[0].lower() + bare[1:]
        found[member] = [{"Value": one} for one in value] if plain in _VALUE_LISTS else _logged(bare, value)
    return found


def _logged(bare: str, value: Any) -> Any:
    if bare != "LogOptions":
        return value
    inner = value.get("cloudwatchLogOptions") or {}
    names = {"logEnabled": "LogEnabled", "logGroupArn": "LogGroupArn", "logOutputFormat": "LogOutputFormat"}
    return {"CloudWatchLogOptions": {names[key]: item for key, item in inner.items() if key in names}}


class VpnConnectionRoute(Resource):
    """A network behind a connection with static routes."""

    type_ = "aws:ec2/vpnConnectionRoute:VpnConnectionRoute"
    service = "ec2"
    replaces = frozenset({"destinationCidrBlock", "vpnConnectionId"})

    def create(self, cloud: Cloud, wanted: Wanted) -> str:
        """Add it."""
        cloud.call("ec2", "CreateVpnConnectionRoute", **cloud.params("ec2", "CreateVpnConnectionRoute", wanted.props))
        return f"{wanted.get('destinationCidrBlock')}:{wanted.get('vpnConnectionId')}"

    def read(self, cloud: Cloud, id_: str, known: Props) -> Props | None:
        """Look at the connection."""
        cidr, _, connection = id_.partition(":")
        answer = cloud.find("ec2", "DescribeVpnConnections", VpnConnectionIds=[connection])
        found = pick("VpnConnections[0].Routes[?State!='deleted'].DestinationCidrBlock", answer) or []
        return {"destinationCidrBlock": cidr, "vpnConnectionId": connection} if cidr in found else None

    def update(self, cloud: Cloud, id_: str, old: Props, wanted: Wanted, changed: frozenset[str]) -> None:
        """Both properties replace it."""

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """Take it away."""
        cidr, _, connection = id_.partition(":")
        pair = {"DestinationCidrBlock": cidr, "VpnConnectionId": connection}
        when_free(lambda: cloud.call("ec2", "DeleteVpnConnectionRoute", **pair))

    def find(self, cloud: Cloud, wanted: Wanted) -> str | None:
        """By the pair."""
        id_ = f"{wanted.get('destinationCidrBlock')}:{wanted.get('vpnConnectionId')}"
        return id_ if self.read(cloud, id_, wanted.props) else None


_AUTHENTICATION = {
    "certificate-authentication": ("MutualAuthentication", "ClientRootCertificateChainArn", "rootCertificateChainArn"),
    "federated-authentication": ("FederatedAuthentication", "SAMLProviderArn", "samlProviderArn"),
    "directory-service-authentication": ("ActiveDirectory", "DirectoryId", "activeDirectoryId"),
}
"""Way of proving oneself -> member of the request, its own member, and the property. Answers name the certificate
``ClientRootCertificateChain`` and the provider ``SamlProviderArn``."""
_ANSWERED = {"ClientRootCertificateChainArn": "ClientRootCertificateChain", "SAMLProviderArn": "SamlProviderArn"}


class ClientVpnEndpoint(Ec2Resource):
    """Endpoint for single people."""

    type_ = "aws:ec2clientvpn/endpoint:Endpoint"
    life = Life(
        *("CreateClientVpnEndpoint", "ClientVpnEndpointId", "DescribeClientVpnEndpoints", "ClientVpnEndpointIds"),
        *("ClientVpnEndpoints[0]", "DeleteClientVpnEndpoint", "ClientVpnEndpointId"),
    )
    tag_type = "client-vpn-endpoint"
    replaces = frozenset({"authenticationOptions", "clientCidrBlock", "transportProtocol"})
    defaults = fixed({"splitTunnel": False, "transportProtocol": "udp", "vpnPort": 443})
    computed = ("arn", "dnsName", "selfServicePortalUrl", "tagsAll")
    not_sent = frozenset({"authenticationOptions"})

    def more_params(self, cloud: Cloud, wanted: Wanted) -> dict[str, Any]:
        """Ways of proving oneself."""
        return {"AuthenticationOptions": [_authentication(one) for one in wanted.get("authenticationOptions", [])]}

    def arrange(self, cloud: Cloud, id_: str, wanted: Wanted, changed: frozenset[str], *, creating: bool) -> None:
        """Everything else changes in place."""
        if not creating and changed:
            props = {key: wanted.props[key] for key in self.sent(wanted)}
            params = cloud.params("ec2", "ModifyClientVpnEndpoint", props)
            if "dnsServers" in params:
                params["DnsServers"] = {"Enabled": True, "CustomDnsServers": params["DnsServers"]}
            cloud.call("ec2", "ModifyClientVpnEndpoint", **params, ClientVpnEndpointId=id_)

    def outputs(self, cloud: Cloud, id_: str, item: dict[str, Any], known: Props) -> Props:
        """Ways of proving oneself, and the ARN."""
        shown = [_proof(one) for one in item.get("AuthenticationOptions") or []]
        return {
            "arn": cloud.arn("ec2", f"client-vpn-endpoint/{id_}"),
            "authenticationOptions": shown,
            "connectionLogOptions": from_api(item.get("ConnectionLogOptions") or {}),
        }


def _authentication(one: Props) -> dict[str, Any]:
    kind = str(one["type"])
    group, member, prop = _AUTHENTICATION[kind]
    return {"Type": kind, group: {member: one.get(prop)}}


def _proof(one: dict[str, Any]) -> Props:
    kind = str(one["Type"])
    group, member, prop = _AUTHENTICATION[kind]
    return {"type": kind, prop: (one.get(group) or {}).get(_ANSWERED.get(member, member))}


class ClientVpnAssociation(Resource):
    """A subnet through which clients come in."""

    type_ = "aws:ec2clientvpn/networkAssociation:NetworkAssociation"
    service = "ec2"
    replaces = frozenset({"clientVpnEndpointId", "subnetId"})
    computed = ("associationId", "vpcId")

    def create(self, cloud: Cloud, wanted: Wanted) -> str:
        """Associate."""
        params = cloud.params("ec2", "AssociateClientVpnTargetNetwork", wanted.props)
        return str(cloud.call("ec2", "AssociateClientVpnTargetNetwork", **params)["AssociationId"])

    def read(self, cloud: Cloud, id_: str, known: Props) -> Props | None:
        """Find it at its endpoint."""
        found = _target(cloud, str(known.get("clientVpnEndpointId")), "AssociationId", id_)
        if found is None:
            return None
        shown = {"clientVpnEndpointId": found["ClientVpnEndpointId"], "subnetId": found["TargetNetworkId"]}
        return {**shown, "associationId": id_, "vpcId": found.get("VpcId")}

    def update(self, cloud: Cloud, id_: str, old: Props, wanted: Wanted, changed: frozenset[str]) -> None:
        """Both properties replace it."""

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """Disassociate."""
        pair = {"ClientVpnEndpointId": known.get("clientVpnEndpointId"), "AssociationId": id_}
        when_free(lambda: cloud.call("ec2", "DisassociateClientVpnTargetNetwork", **pair))

    def find(self, cloud: Cloud, wanted: Wanted) -> str | None:
        """By endpoint and subnet."""
        found = _target(cloud, str(wanted.get("clientVpnEndpointId")), "TargetNetworkId", str(wanted.get("subnetId")))
        return str(found["AssociationId"]) if found else None


def _target(cloud: Cloud, endpoint: str, member: str, value: str) -> dict[str, Any] | None:
    answer = cloud.find("ec2", "DescribeClientVpnTargetNetworks", ClientVpnEndpointId=endpoint)
    every: list[dict[str, Any]] = pick("ClientVpnTargetNetworks", answer) or []
    live = (one for one in every if pick("Status.Code", one) not in {"disassociating", "disassociated"})
    return next((one for one in live if one[member] == value), None)


class ClientVpnAuthorization(Resource):
    """Who may reach which network through an endpoint."""

    type_ = "aws:ec2clientvpn/authorizationRule:AuthorizationRule"
    service = "ec2"
    replaces = frozenset(
        ("clientVpnEndpointId", "targetNetworkCidr", "accessGroupId", "authorizeAllGroups", "description")
    )

    def create(self, cloud: Cloud, wanted: Wanted) -> str:
        """Authorize."""
        params = cloud.params("ec2", "AuthorizeClientVpnIngress", wanted.props)
        cloud.call("ec2", "AuthorizeClientVpnIngress", **params)
        return _authorization_id(wanted.props)

    def read(self, cloud: Cloud, id_: str, known: Props) -> Props | None:
        """Find it at its endpoint."""
        endpoint, cidr, *group = id_.split(",")
        answer = cloud.find("ec2", "DescribeClientVpnAuthorizationRules", ClientVpnEndpointId=endpoint)
        for rule in pick("AuthorizationRules", answer) or []:
            if rule["DestinationCidr"] == cidr and (rule.get("GroupId") or "") == "".join(group):
                shown = {"clientVpnEndpointId": endpoint, "targetNetworkCidr": cidr}
                named = {"accessGroupId": rule["GroupId"]} if rule.get("GroupId") else {}
                everybody = {"authorizeAllGroups": True} if rule.get("AccessAll") else {}
                return {**shown, **named, **everybody, "description": rule.get("Description", "")}
        return None

    def update(self, cloud: Cloud, id_: str, old: Props, wanted: Wanted, changed: frozenset[str]) -> None:
        """All properties replace it."""

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """Revoke."""
        endpoint, cidr, *group = id_.split(",")
        whom: dict[str, Any] = {"AccessGroupId": group[0]} if group else {"RevokeAllGroups": True}
        named = {"ClientVpnEndpointId": endpoint, "TargetNetworkCidr": cidr}
        when_free(lambda: cloud.call("ec2", "RevokeClientVpnIngress", **named, **whom))

    def find(self, cloud: Cloud, wanted: Wanted) -> str | None:
        """By endpoint, network and group."""
        id_ = _authorization_id(wanted.props)
        return id_ if self.read(cloud, id_, wanted.props) else None


def _authorization_id(props: Props) -> str:
    parts = (props.get("clientVpnEndpointId"), props.get("targetNetworkCidr"), props.get("accessGroupId"))
    return ",".join(str(part) for part in parts if part)
