"""VPC, subnets, gateways, addresses, routes and endpoints."""

from __future__ import annotations

from functools import partial
from typing import Any

from rackwright.diagnostics import StepFailed
from rackwright.engine.providers.aws.cloud import Cloud
from rackwright.engine.providers.aws.resource import Ec2Resource, Life, Wanted, pick, when_free
from rackwright.engine.providers.aws.shapes import Props, fixed
from rackwright.engine.providers.aws.waiting import wait_for


class Vpc(Ec2Resource):
    """Virtual network. DNS host names need DNS support, so support is switched on first and off last."""

    type_ = "aws:ec2/vpc:Vpc"
    life = Life("CreateVpc", "Vpc.VpcId", "DescribeVpcs", "VpcIds", "Vpcs[0]", "DeleteVpc", "VpcId")
    tag_type = "vpc"
    replaces = frozenset({"cidrBlock", "ipv4IpamPoolId", "ipv4NetmaskLength", "instanceTenancy"})
    defaults = fixed({"enableDnsSupport": True, "instanceTenancy": "default"})
    computed = (
        *("arn", "defaultNetworkAclId", "defaultRouteTableId", "defaultSecurityGroupId", "mainRouteTableId"),
        *("dhcpOptionsId", "ownerId", "tagsAll"),
    )

    def arrange(self, cloud: Cloud, id_: str, wanted: Wanted, changed: frozenset[str], *, creating: bool) -> None:
        """DNS attributes, one per call as the API asks."""
        for prop, member in (("enableDnsSupport", "EnableDnsSupport"), ("enableDnsHostnames", "EnableDnsHostnames")):
            if prop in changed:
                value = bool(wanted.get(prop, prop == "enableDnsSupport"))
                cloud.call("ec2", "ModifyVpcAttribute", VpcId=id_, **{member: {"Value": value}})

    def outputs(self, cloud: Cloud, id_: str, item: dict[str, Any], known: Props) -> Props:
        """Attributes and the ids of what comes with a VPC."""
        by_vpc = [{"Name": "vpc-id", "Values": [id_]}]
        groups = cloud.call(
            "ec2", "DescribeSecurityGroups", Filters=[*by_vpc, {"Name": "group-name", "Values": ["default"]}]
        )
        tables = cloud.call(
            "ec2", "DescribeRouteTables", Filters=[*by_vpc, {"Name": "association.main", "Values": ["true"]}]
        )
        table = pick("RouteTables[0].RouteTableId", tables)
        return {
            "arn": cloud.arn("ec2", f"vpc/{id_}"),
            "enableDnsSupport": self._attribute(cloud, id_, "enableDnsSupport"),
            "enableDnsHostnames": self._attribute(cloud, id_, "enableDnsHostnames"),
            "defaultSecurityGroupId": pick("SecurityGroups[0].GroupId", groups),
            "mainRouteTableId": table,
            "defaultRouteTableId": table,
        }

    @staticmethod
    def _attribute(cloud: Cloud, id_: str, name: str) -> bool:
        answer = cloud.call("ec2", "DescribeVpcAttribute", VpcId=id_, Attribute=name)
        return bool(answer[name[0].upper() + name[1:]]["Value"])


class Subnet(Ec2Resource):
    """Address range of a VPC in one zone."""

    type_ = "aws:ec2/subnet:Subnet"
    life = Life(
        "CreateSubnet", "Subnet.SubnetId", "DescribeSubnets", "SubnetIds", "Subnets[0]", "DeleteSubnet", "SubnetId"
    )
    tag_type = "subnet"
    replaces = frozenset({"vpcId", "cidrBlock", "availabilityZone", "availabilityZoneId", "ipv6Native", "outpostArn"})
    defaults = fixed({"mapPublicIpOnLaunch": False, "assignIpv6AddressOnCreation": False})
    not_sent = frozenset({"mapPublicIpOnLaunch", "assignIpv6AddressOnCreation"})
    computed = ("arn", "availabilityZone", "availabilityZoneId", "ownerId", "tagsAll")
    names = fixed({"SubnetArn": "arn"})

    def arrange(self, cloud: Cloud, id_: str, wanted: Wanted, changed: frozenset[str], *, creating: bool) -> None:
        """Attributes, one per call as the API asks; the defaults are AWS's own."""
        for prop in sorted(changed & self.not_sent):
            value = bool(wanted.get(prop))
            if value or not creating:
                member = prop[0].upper() + prop[1:]
                cloud.call("ec2", "ModifySubnetAttribute", SubnetId=id_, **{member: {"Value": value}})


class InternetGateway(Ec2Resource):
    """Way to the internet; attached to at most one VPC."""

    type_ = "aws:ec2/internetGateway:InternetGateway"
    life = Life(
        *("CreateInternetGateway", "InternetGateway.InternetGatewayId", "DescribeInternetGateways"),
        *("InternetGatewayIds", "InternetGateways[0]", "DeleteInternetGateway", "InternetGatewayId"),
    )
    tag_type = "internet-gateway"
    not_sent = frozenset({"vpcId"})
    computed = ("arn", "ownerId", "tagsAll")

    def arrange(self, cloud: Cloud, id_: str, wanted: Wanted, changed: frozenset[str], *, creating: bool) -> None:
        """Attach to the VPC that is asked for, detach from another one."""
        if "vpcId" not in changed:
            return
        self._detach(cloud, id_)
        if vpc := wanted.get("vpcId"):
            cloud.call("ec2", "AttachInternetGateway", InternetGatewayId=id_, VpcId=vpc)

    def _detach(self, cloud: Cloud, id_: str) -> None:
        for vpc in pick("Attachments[].VpcId", self.describe(cloud, id_)) or []:
            when_free(partial(cloud.call, "ec2", "DetachInternetGateway", InternetGatewayId=id_, VpcId=vpc))

    def outputs(self, cloud: Cloud, id_: str, item: dict[str, Any], known: Props) -> Props:
        """The VPC it is attached to."""
        arn = cloud.arn("ec2", f"internet-gateway/{id_}")
        return {"arn": arn, "vpcId": pick("Attachments[0].VpcId", item) or ""}

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """Detach, then delete."""
        self._detach(cloud, id_)
        super().delete(cloud, id_, known)


class Eip(Ec2Resource):
    """Fixed public address."""

    type_ = "aws:ec2/eip:Eip"
    life = Life(
        *("AllocateAddress", "AllocationId", "DescribeAddresses", "AllocationIds", "Addresses[0]"),
        *("ReleaseAddress", "AllocationId"),
    )
    tag_type = "elastic-ip"
    replaces = frozenset({"domain", "publicIpv4Pool", "networkBorderGroup", "address"})
    not_sent = frozenset({"instance", "networkInterface", "associateWithPrivateIp"})
    computed = (
        "allocationId",
        "arn",
        "publicIp",
        "publicDns",
        "associationId",
        "privateIp",
        "networkBorderGroup",
        "tagsAll",
    )
    names = fixed({"InstanceId": "instance", "NetworkInterfaceId": "networkInterface", "PrivateIpAddress": "privateIp"})

    def arrange(self, cloud: Cloud, id_: str, wanted: Wanted, changed: frozenset[str], *, creating: bool) -> None:
        """Associate with an instance or an interface, or let go of the old one."""
        if not changed & self.not_sent or not set(wanted.props) & self.not_sent:
            return
        cloud.call(
            *("ec2", "AssociateAddress"),
            AllocationId=id_,
            InstanceId=wanted.get("instance"),
            NetworkInterfaceId=wanted.get("networkInterface"),
            PrivateIpAddress=wanted.get("associateWithPrivateIp"),
            AllowReassociation=True,
        )

    def outputs(self, cloud: Cloud, id_: str, item: dict[str, Any], known: Props) -> Props:
        """The ARN."""
        return {"arn": cloud.arn("ec2", f"elastic-ip/{id_}"), "instance": item.get("InstanceId") or ""}


class NatGateway(Ec2Resource):
    """Way out for private subnets."""

    type_ = "aws:ec2/natGateway:NatGateway"
    life = Life(
        *("CreateNatGateway", "NatGateway.NatGatewayId", "DescribeNatGateways", "NatGatewayIds", "NatGateways[0]"),
        *("DeleteNatGateway", "NatGatewayId"),
    )
    tag_type = "natgateway"
    replaces = frozenset({"subnetId", "allocationId", "connectivityType", "privateIp"})
    defaults = fixed({"connectivityType": "public"})
    computed = ("networkInterfaceId", "privateIp", "publicIp", "associationId", "tagsAll")

    def arrange(self, cloud: Cloud, id_: str, wanted: Wanted, changed: frozenset[str], *, creating: bool) -> None:
        """It carries traffic only some time after its creation."""
        if creating:
            wait_for(lambda: self._state(cloud, id_), "available", f"NAT gateway {id_}")

    def _state(self, cloud: Cloud, id_: str) -> str | None:
        item = self.describe(cloud, id_)
        if item is not None and item.get("State") == "failed":
            raise StepFailed(f"NAT gateway {id_} failed: {item.get('FailureMessage')}", where=id_)
        return None if item is None else str(item.get("State"))

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """Its address and interface are free only some time after its deletion."""
        super().delete(cloud, id_, known)
        wait_for(lambda: self._state(cloud, id_), None, f"NAT gateway {id_}")

    def outputs(self, cloud: Cloud, id_: str, item: dict[str, Any], known: Props) -> Props:
        """The primary address."""
        first = (item.get("NatGatewayAddresses") or [{}])[0]
        return {
            "allocationId": first.get("AllocationId"),
            "networkInterfaceId": first.get("NetworkInterfaceId"),
            "privateIp": first.get("PrivateIp"),
            "publicIp": first.get("PublicIp"),
        }


class RouteTable(Ec2Resource):
    """Route table; its routes are resources of their own."""

    type_ = "aws:ec2/routeTable:RouteTable"
    life = Life(
        *("CreateRouteTable", "RouteTable.RouteTableId", "DescribeRouteTables", "RouteTableIds", "RouteTables[0]"),
        *("DeleteRouteTable", "RouteTableId"),
    )
    tag_type = "route-table"
    replaces = frozenset({"vpcId"})
    computed = ("arn", "ownerId", "tagsAll")

    def outputs(self, cloud: Cloud, id_: str, item: dict[str, Any], known: Props) -> Props:
        """The ARN; inline routes are not supported, so none are shown."""
        return {"arn": cloud.arn("ec2", f"route-table/{id_}"), "routes": []}

    def problems(self, props: Props) -> list[tuple[str, str]]:
        """Inline routes are refused."""
        return (
            [("routes", "inline routes are not supported here; declare aws.ec2.Route resources")]
            if props.get("routes")
            else []
        )


class VpcEndpoint(Ec2Resource):
    """Private way to an AWS service."""

    type_ = "aws:ec2/vpcEndpoint:VpcEndpoint"
    life = Life(
        *(
            "CreateVpcEndpoint",
            "VpcEndpoint.VpcEndpointId",
            "DescribeVpcEndpoints",
            "VpcEndpointIds",
            "VpcEndpoints[0]",
        ),
        *("DeleteVpcEndpoints", "VpcEndpointIds"),
    )
    tag_type = "vpc-endpoint"
    replaces = frozenset({"vpcId", "serviceName", "vpcEndpointType", "serviceRegion"})
    defaults = fixed({"vpcEndpointType": "Gateway"})
    computed = (
        *("arn", "cidrBlocks", "dnsEntries", "networkInterfaceIds", "ownerId", "prefixListId", "state", "tagsAll"),
        *("policy", "requesterManaged", "ipAddressType", "dnsOptions"),
    )
    names = fixed({"PolicyDocument": "policy"})

    def arrange(self, cloud: Cloud, id_: str, wanted: Wanted, changed: frozenset[str], *, creating: bool) -> None:
        """An interface answers only after a while; sets are changed by what to add and what to remove."""
        if creating and _is_interface(wanted.props):
            wait_for(lambda: self._state(cloud, id_), "available", f"VPC endpoint {id_}")
        if creating or not changed:
            return
        live = self.describe(cloud, id_) or {}
        params: dict[str, Any] = {}
        for prop, member in _ENDPOINT_SETS.items():
            if prop in changed:
                have, want = set(_ids_of(live, prop)), set(wanted.get(prop, []))
                params[f"Add{member}"], params[f"Remove{member}"] = sorted(want - have), sorted(have - want)
        if "policy" in changed:
            params["PolicyDocument"] = wanted.get("policy")
        if "privateDnsEnabled" in changed:
            params["PrivateDnsEnabled"] = bool(wanted.get("privateDnsEnabled"))
        cloud.call(
            "ec2", "ModifyVpcEndpoint", VpcEndpointId=id_, **{k: v for k, v in params.items() if v not in ([], None)}
        )

    def outputs(self, cloud: Cloud, id_: str, item: dict[str, Any], known: Props) -> Props:
        """Groups by id, and the ARN."""
        found = {prop: _ids_of(item, prop) for prop in _ENDPOINT_SETS}
        return {"arn": cloud.arn("ec2", f"vpc-endpoint/{id_}"), **found}

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """The API deletes lists; interfaces are free only some time after."""
        when_free(lambda: cloud.call("ec2", "DeleteVpcEndpoints", VpcEndpointIds=[id_]))
        if _is_interface(known):
            wait_for(lambda: self._state(cloud, id_), None, f"VPC endpoint {id_}")

    def _state(self, cloud: Cloud, id_: str) -> str | None:
        item = self.describe(cloud, id_)
        state = str((item or {}).get("State")).lower()
        if state in {"failed", "rejected"}:
            raise StepFailed(f"VPC endpoint {id_} is {state}", where=id_)
        return None if item is None else state


def _is_interface(props: Props) -> bool:
    return props.get("vpcEndpointType") == "Interface"


_ENDPOINT_SETS = {"routeTableIds": "RouteTableIds", "subnetIds": "SubnetIds", "securityGroupIds": "SecurityGroupIds"}


def _ids_of(item: dict[str, Any], prop: str) -> list[str]:
    if prop == "securityGroupIds":
        return list(pick("Groups[].GroupId", item) or [])
    return list(item.get(_ENDPOINT_SETS[prop]) or [])
