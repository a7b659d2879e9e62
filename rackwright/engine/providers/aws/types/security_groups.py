"""Security groups and their rules."""

from __future__ import annotations

from typing import Any, ClassVar

from rackwright.engine.providers.aws.cloud import Cloud
from rackwright.engine.providers.aws.resource import (
    MARK_TAG,
    Ec2Resource,
    Life,
    Resource,
    Wanted,
    all_tags,
    pick,
    retag_ec2,
    tag_outputs,
    when_free,
)
from rackwright.engine.providers.aws.shapes import Props, fixed, tag_list, tag_map


class SecurityGroup(Ec2Resource):
    """Security group. Like pulumi-aws, it takes away the rule that AWS adds (everything out)."""

    type_ = "aws:ec2/securityGroup:SecurityGroup"
    life = Life(
        *("CreateSecurityGroup", "GroupId", "DescribeSecurityGroups", "GroupIds", "SecurityGroups[0]"),
        *("DeleteSecurityGroup", "GroupId"),
    )
    tag_type = "security-group"
    autoname = "name"
    replaces = frozenset({"name", "namePrefix", "description", "vpcId"})
    defaults = fixed({"description": "Managed by Pulumi", "revokeRulesOnDelete": False})
    computed = ("arn", "ownerId", "tagsAll", "ingress", "egress")
    names = fixed({"GroupName": "name", "SecurityGroupArn": "arn"})

    def arrange(self, cloud: Cloud, id_: str, wanted: Wanted, changed: frozenset[str], *, creating: bool) -> None:
        """Rules written inline are set; without any, the group is left without rules."""
        for kind in ("ingress", "egress"):
            if kind in changed or (creating and kind == "egress"):
                set_rules(cloud, id_, kind, wanted.get(kind, []))

    def outputs(self, cloud: Cloud, id_: str, item: dict[str, Any], known: Props) -> Props:
        """Inline rules are shown only where the program has them: rules of their own are not this resource's."""
        arn = cloud.arn("ec2", f"security-group/{id_}")
        inline = {kind: rules_of(item, kind) for kind in ("ingress", "egress") if known.get(kind) is not None}
        return {"arn": arn, "name": item["GroupName"], **inline}

    def read(self, cloud: Cloud, id_: str, known: Props) -> Props | None:
        """Without the API's own lists of rules."""
        found = super().read(cloud, id_, known)
        return found and {k: v for k, v in found.items() if k not in {"ipPermissions", "ipPermissionsEgress"}}


class DefaultSecurityGroup(Resource):
    """The group that comes with every VPC: adopted and emptied; deleting it leaves it as it is, as in pulumi-aws."""

    type_ = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
    service = "ec2"
    replaces = frozenset({"vpcId"})
    computed = ("arn", "name", "description", "ownerId", "tagsAll")

    def create(self, cloud: Cloud, wanted: Wanted) -> str:
        """Adopt it and make its rules the wanted ones."""
        id_ = _default_group(cloud, str(wanted.get("vpcId")))
        self._set(cloud, id_, wanted)
        retag_ec2(cloud, id_, {}, all_tags(cloud, wanted.get("tags")))
        return id_

    @staticmethod
    def _set(cloud: Cloud, id_: str, wanted: Wanted) -> None:
        for kind in ("ingress", "egress"):
            set_rules(cloud, id_, kind, wanted.get(kind, []))

    def read(self, cloud: Cloud, id_: str, known: Props) -> Props | None:
        """Its rules and tags."""
        answer = cloud.find("ec2", "DescribeSecurityGroups", GroupIds=[id_])
        item = pick("SecurityGroups[0]", answer)
        if item is None:
            return None
        return {
            "arn": cloud.arn("ec2", f"security-group/{id_}"),
            "name": item["GroupName"],
            "description": item.get("Description"),
            "ownerId": item.get("OwnerId"),
            "vpcId": item.get("VpcId"),
            "ingress": rules_of(item, "ingress"),
            "egress": rules_of(item, "egress"),
            **tag_outputs(cloud, tag_map(item.get("Tags"))),
        }

    def update(self, cloud: Cloud, id_: str, old: Props, wanted: Wanted, changed: frozenset[str]) -> None:
        """Rules and tags."""
        self._set(cloud, id_, wanted)
        retag_ec2(cloud, id_, old.get("tags") or {}, wanted.get("tags", {}))

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """AWS cannot delete it; it goes away with its VPC."""

    def find(self, cloud: Cloud, wanted: Wanted) -> str | None:
        """It is always there."""
        return _default_group(cloud, str(wanted.get("vpcId")))


def _default_group(cloud: Cloud, vpc: str) -> str:
    filters = [{"Name": "vpc-id", "Values": [vpc]}, {"Name": "group-name", "Values": ["default"]}]
    return str(cloud.call("ec2", "DescribeSecurityGroups", Filters=filters)["SecurityGroups"][0]["GroupId"])


def set_rules(cloud: Cloud, id_: str, kind: str, rules: list[Props]) -> None:
    """Make the rules of a group exactly `rules`."""
    word = kind.capitalize()
    live = cloud.call("ec2", "DescribeSecurityGroupRules", Filters=[{"Name": "group-id", "Values": [id_]}])
    outward = kind == "egress"
    old = [r["SecurityGroupRuleId"] for r in live["SecurityGroupRules"] if r["IsEgress"] is outward]
    if old:
        cloud.call("ec2", f"RevokeSecurityGroup{word}", GroupId=id_, SecurityGroupRuleIds=old)
    if rules:
        permissions = [_permission(id_, rule) for rule in rules]
        cloud.call("ec2", f"AuthorizeSecurityGroup{word}", GroupId=id_, IpPermissions=permissions)


def _permission(id_: str, rule: Props) -> dict[str, Any]:
    about = {"Description": rule["description"]} if rule.get("description") else {}
    groups = [*(rule.get("securityGroups") or []), *([id_] if rule.get("self") else [])]
    found: dict[str, Any] = {
        "IpProtocol": str(rule["protocol"]).replace("all", "-1"),
        "IpRanges": [{"CidrIp": cidr, **about} for cidr in rule.get("cidrBlocks") or []],
        "Ipv6Ranges": [{"CidrIpv6": cidr, **about} for cidr in rule.get("ipv6CidrBlocks") or []],
        "PrefixListIds": [{"PrefixListId": one, **about} for one in rule.get("prefixListIds") or []],
        "UserIdGroupPairs": [{"GroupId": group, **about} for group in groups],
    }
    if found["IpProtocol"] != "-1":
        found.update(FromPort=int(rule["fromPort"]), ToPort=int(rule["toPort"]))
    return {key: value for key, value in found.items() if value != []}


def rules_of(item: dict[str, Any], kind: str) -> list[Props]:
    """Inline rules of a described group, one per permission."""
    permissions = item.get("IpPermissions" if kind == "ingress" else "IpPermissionsEgress") or []
    return [_rule(item["GroupId"], permission) for permission in permissions]


def _rule(group: str, permission: dict[str, Any]) -> Props:
    pairs = [pair["GroupId"] for pair in permission.get("UserIdGroupPairs") or []]
    found: Props = {
        "protocol": permission["IpProtocol"],
        "fromPort": permission.get("FromPort", 0),
        "toPort": permission.get("ToPort", 0),
        "cidrBlocks": [one["CidrIp"] for one in permission.get("IpRanges") or []],
        "ipv6CidrBlocks": [one["CidrIpv6"] for one in permission.get("Ipv6Ranges") or []],
        "prefixListIds": [one["PrefixListId"] for one in permission.get("PrefixListIds") or []],
        "securityGroups": [one for one in pairs if one != group],
        "self": group in pairs,
    }
    return {key: value for key, value in found.items() if value not in ([], False)}


class SecurityGroupRule(Resource):
    """One rule of a security group, with an id and tags of its own."""

    service = "ec2"
    outward: ClassVar[bool]
    direction: ClassVar[str]
    replaces = frozenset({"securityGroupId"})
    computed = ("arn", "securityGroupRuleId", "tagsAll")
    delete_first = True

    def create(self, cloud: Cloud, wanted: Wanted) -> str:
        """Authorize one permission, tagged with the token."""
        tags = {**all_tags(cloud, wanted.get("tags")), MARK_TAG: wanted.mark}
        answer = cloud.call(
            *("ec2", f"AuthorizeSecurityGroup{self.direction}"),
            GroupId=wanted.get("securityGroupId"),
            IpPermissions=[_single_permission(wanted.props)],
            TagSpecifications=[{"ResourceType": "security-group-rule", "Tags": tag_list(tags)}],
        )
        return str(answer["SecurityGroupRules"][0]["SecurityGroupRuleId"])

    def read(self, cloud: Cloud, id_: str, known: Props) -> Props | None:
        """Describe it."""
        answer = cloud.find("ec2", "DescribeSecurityGroupRules", SecurityGroupRuleIds=[id_])
        item = pick("SecurityGroupRules[0]", answer)
        if item is None:
            return None
        everything = item["IpProtocol"] == "-1"
        return {
            "arn": cloud.arn("ec2", f"security-group-rule/{id_}"),
            "securityGroupRuleId": id_,
            "securityGroupId": item["GroupId"],
            "ipProtocol": item["IpProtocol"],
            **({"description": item["Description"]} if item.get("Description") else {}),
            **({} if everything else {"fromPort": item.get("FromPort"), "toPort": item.get("ToPort")}),
            **_source(item),
            **tag_outputs(cloud, tag_map(item.get("Tags"))),
        }

    def update(self, cloud: Cloud, id_: str, old: Props, wanted: Wanted, changed: frozenset[str]) -> None:
        """Change the rule in place; it keeps its id."""
        if "tags" in changed:
            retag_ec2(cloud, id_, old.get("tags") or {}, wanted.get("tags", {}))
        if changed - {"tags"}:
            rule = {"SecurityGroupRuleId": id_, "SecurityGroupRule": _rule_request(wanted.props)}
            group = wanted.get("securityGroupId")
            cloud.call("ec2", "ModifySecurityGroupRules", GroupId=group, SecurityGroupRules=[rule])

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """Revoke it."""
        when_free(
            lambda: cloud.call(
                *("ec2", f"RevokeSecurityGroup{self.direction}"),
                GroupId=known.get("securityGroupId"),
                SecurityGroupRuleIds=[id_],
            )
        )

    def find(self, cloud: Cloud, wanted: Wanted) -> str | None:
        """By the token, else by what it says: AWS has no two equal rules in a group."""
        filters = [{"Name": "group-id", "Values": [wanted.get("securityGroupId")]}]
        rules = cloud.call("ec2", "DescribeSecurityGroupRules", Filters=filters)["SecurityGroupRules"]
        mine = (r for r in rules if tag_map(r.get("Tags")).get(MARK_TAG) == wanted.mark)
        return next((str(rule["SecurityGroupRuleId"]) for rule in mine if rule["IsEgress"] is self.outward), None)

    def problems(self, props: Props) -> list[tuple[str, str]]:
        """One peer; ports where the protocol has them."""
        peers = ("cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId")
        given = [name for name in peers if props.get(name) is not None]
        wrong = [] if len(given) == 1 else [("cidrIpv4", f"a rule has exactly one of {', '.join(peers)}, got {given}")]
        if props.get("ipProtocol") in {"tcp", "udp"} and None in (props.get("fromPort"), props.get("toPort")):
            wrong.append(("fromPort", f"protocol {props['ipProtocol']} needs fromPort and toPort"))
        return wrong


class SecurityGroupIngressRule(SecurityGroupRule):
    """Rule for traffic in."""

    type_ = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
    outward, direction = False, "Ingress"


class SecurityGroupEgressRule(SecurityGroupRule):
    """Rule for traffic out."""

    type_ = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
    outward, direction = True, "Egress"


def _ports(props: Props) -> dict[str, Any]:
    if str(props["ipProtocol"]) == "-1":
        return {"IpProtocol": "-1"}
    ports = {"FromPort": int(props.get("fromPort", -1)), "ToPort": int(props.get("toPort", -1))}
    return {"IpProtocol": str(props["ipProtocol"]), **ports}


def _single_permission(props: Props) -> dict[str, Any]:
    about = {"Description": props["description"]} if props.get("description") else {}
    lists = {
        "IpRanges": ("CidrIp", props.get("cidrIpv4")),
        "Ipv6Ranges": ("CidrIpv6", props.get("cidrIpv6")),
        "PrefixListIds": ("PrefixListId", props.get("prefixListId")),
        "UserIdGroupPairs": ("GroupId", props.get("referencedSecurityGroupId")),
    }
    peers = {member: [{key: value, **about}] for member, (key, value) in lists.items() if value is not None}
    return {**_ports(props), **peers}


def _rule_request(props: Props) -> dict[str, Any]:
    """AWS wants -1 for both ports of an all-protocol rule here."""
    ports = _ports(props)
    return {
        **({"FromPort": -1, "ToPort": -1} if ports["IpProtocol"] == "-1" else {}),
        **ports,
        **{
            member: props[name]
            for name, member in (
                ("cidrIpv4", "CidrIpv4"),
                ("cidrIpv6", "CidrIpv6"),
                ("prefixListId", "PrefixListId"),
                ("referencedSecurityGroupId", "ReferencedGroupId"),
                ("description", "Description"),
            )
            if props.get(name) is not None
        },
    }


def _source(item: dict[str, Any]) -> Props:
    found = {
        "cidrIpv4": item.get("CidrIpv4"),
        "cidrIpv6": item.get("CidrIpv6"),
        "prefixListId": item.get("PrefixListId"),
        "referencedSecurityGroupId": pick("ReferencedGroupInfo.GroupId", item),
        "description": item.get("Description"),
    }
    return {name: value for name, value in found.items() if value}
