"""What guards and divides subnets: network ACLs with their entries, and reserved addresses."""

from __future__ import annotations

from typing import Any

from rackwright.engine.providers.aws.cloud import Cloud
from rackwright.engine.providers.aws.resource import Ec2Resource, Life, Resource, Wanted, pick, when_free
from rackwright.engine.providers.aws.shapes import Props, fixed, from_api

LAST_RULE = 32767
"""The refusal at the end of every ACL, which cannot be changed."""
_DIRECTIONS = {"ingress": False, "egress": True}


class NetworkAcl(Ec2Resource):
    """Network ACL with inline entries; its subnets leave the one that they had."""

    type_ = "aws:ec2/networkAcl:NetworkAcl"
    life = Life(
        *("CreateNetworkAcl", "NetworkAcl.NetworkAclId", "DescribeNetworkAcls", "NetworkAclIds", "NetworkAcls[0]"),
        *("DeleteNetworkAcl", "NetworkAclId"),
    )
    tag_type = "network-acl"
    replaces = frozenset({"vpcId"})
    computed = ("arn", "ownerId", "tagsAll")
    not_sent = frozenset({"ingress", "egress", "subnetIds"})

    def arrange(self, cloud: Cloud, id_: str, wanted: Wanted, changed: frozenset[str], *, creating: bool) -> None:
        """Entries one by one, then subnets: a subnet never sees an ACL that is half written."""
        live = self.describe(cloud, id_) or {}
        for direction, egress in _DIRECTIONS.items():
            if creating or direction in changed:
                _rewrite(cloud, id_, _entries(live, egress=egress), wanted.get(direction, []), egress=egress)
        if creating or "subnetIds" in changed:
            here = {one["SubnetId"] for one in live.get("Associations") or []}
            want = set(wanted.get("subnetIds", []))
            for subnet in sorted(want - here):
                _move(cloud, subnet, id_)
            for subnet in sorted(here - want):
                _move(cloud, subnet, _default_of(cloud, live["VpcId"]))

    def outputs(self, cloud: Cloud, id_: str, item: dict[str, Any], known: Props) -> Props:
        """Entries without the last one, and subnets."""
        found = {direction: _entries(item, egress=egress) for direction, egress in _DIRECTIONS.items()}
        subnets = sorted(one["SubnetId"] for one in item.get("Associations") or [])
        return {"arn": cloud.arn("ec2", f"network-acl/{id_}"), **found, "subnetIds": subnets}

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """Its subnets go back to the VPC's own ACL first."""
        live = self.describe(cloud, id_)
        for one in (live or {}).get("Associations") or []:
            _move(cloud, one["SubnetId"], _default_of(cloud, (live or {})["VpcId"]))
        when_free(lambda: cloud.call("ec2", "DeleteNetworkAcl", NetworkAclId=id_))


def _entries(item: dict[str, Any], *, egress: bool) -> list[Props]:
    live = (one for one in item.get("Entries") or [] if bool(one.get("Egress")) is egress)
    return sorted((_entry(one) for one in live if one["RuleNumber"] != LAST_RULE), key=lambda one: one["ruleNo"])


def _entry(one: dict[str, Any]) -> Props:
    ports = one.get("PortRange") or {}
    return {
        "ruleNo": one["RuleNumber"],
        "action": one["RuleAction"],
        "protocol": str(one["Protocol"]),
        "cidrBlock": one.get("CidrBlock", ""),
        "fromPort": ports.get("From", 0),
        "toPort": ports.get("To", 0),
    }


def _rewrite(cloud: Cloud, acl: str, live: list[Props], wanted: list[Props], *, egress: bool) -> None:
    """Entries that are not wanted go first, so that a number is free for its successor."""
    keep = [one for one in live if any(_same(one, other) for other in wanted)]
    for one in live:
        if one not in keep:
            cloud.call("ec2", "DeleteNetworkAclEntry", NetworkAclId=acl, RuleNumber=one["ruleNo"], Egress=egress)
    for one in wanted:
        if not any(_same(one, other) for other in keep):
            cloud.call("ec2", "CreateNetworkAclEntry", NetworkAclId=acl, Egress=egress, **_params(one))


def _same(one: Props, other: Props) -> bool:
    return _params(one) == _params(other)


def _params(one: Props) -> dict[str, Any]:
    return {
        "RuleNumber": int(one["ruleNo"]),
        "RuleAction": one["action"],
        "Protocol": str(one["protocol"]),
        "CidrBlock": one.get("cidrBlock"),
        "PortRange": {"From": int(one["fromPort"]), "To": int(one["toPort"])},
    }


def _move(cloud: Cloud, subnet: str, acl: str) -> None:
    filters = [{"Name": "association.subnet-id", "Values": [subnet]}]
    answer = cloud.call("ec2", "DescribeNetworkAcls", Filters=filters)
    now = pick(f"NetworkAcls[].Associations[] | [?SubnetId=='{subnet}'] | [0]", answer)
    if now is not None and now["NetworkAclId"] != acl:
        association = now["NetworkAclAssociationId"]
        cloud.call("ec2", "ReplaceNetworkAclAssociation", AssociationId=association, NetworkAclId=acl)


def _default_of(cloud: Cloud, vpc: str) -> str:
    filters = [{"Name": "vpc-id", "Values": [vpc]}, {"Name": "default", "Values": ["true"]}]
    return str(pick("NetworkAcls[0].NetworkAclId", cloud.call("ec2", "DescribeNetworkAcls", Filters=filters)))


class CidrReservation(Resource):
    """Addresses of a subnet that AWS gives to nobody by itself; the API lists those of a subnet."""

    type_ = "aws:ec2/subnetCidrReservation:SubnetCidrReservation"
    service = "ec2"
    replaces = frozenset({"cidrBlock", "description", "reservationType", "subnetId"})
    computed = ("ownerId",)
    names = fixed({"Cidr": "cidrBlock"})

    def create(self, cloud: Cloud, wanted: Wanted) -> str:
        """Reserve."""
        params = cloud.params("ec2", "CreateSubnetCidrReservation", wanted.props, self.names)
        answer = cloud.call("ec2", "CreateSubnetCidrReservation", **params)
        return str(answer["SubnetCidrReservation"]["SubnetCidrReservationId"])

    def read(self, cloud: Cloud, id_: str, known: Props) -> Props | None:
        """Find it in its subnet."""
        item = _reserved(cloud, known.get("subnetId"), "SubnetCidrReservationId", id_)
        return item and from_api({key: value for key, value in item.items() if key != "Tags"}, self.names)

    def update(self, cloud: Cloud, id_: str, old: Props, wanted: Wanted, changed: frozenset[str]) -> None:
        """All properties replace it."""

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """Give the addresses back."""
        when_free(lambda: cloud.call("ec2", "DeleteSubnetCidrReservation", SubnetCidrReservationId=id_))

    def find(self, cloud: Cloud, wanted: Wanted) -> str | None:
        """By subnet and network."""
        item = _reserved(cloud, wanted.get("subnetId"), "Cidr", wanted.get("cidrBlock"))
        return str(item["SubnetCidrReservationId"]) if item else None


def _reserved(cloud: Cloud, subnet: Any, member: str, value: Any) -> dict[str, Any] | None:
    answer = cloud.find("ec2", "GetSubnetCidrReservations", SubnetId=subnet)
    found: dict[str, Any] | None = pick(f"SubnetIpv4CidrReservations[?{member}=='{value}'] | [0]", answer)
    return found
