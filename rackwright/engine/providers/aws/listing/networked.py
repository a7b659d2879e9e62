"""How things at the border of a network are found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rackwright.engine.providers.aws.listing.finding import Found, Lister, listed, under
from rackwright.engine.providers.aws.listing.governed import below
from rackwright.engine.providers.aws.listing.reading import ReadOnlyCloud
from rackwright.engine.providers.aws.resource import pick
from rackwright.engine.providers.aws.types.dns import OWN_RECORDS

ZONE, CLIENTS = "aws:route53/zone:Zone", "aws:ec2clientvpn/endpoint:Endpoint"
RULES = "aws:route53/resolverFirewallRuleGroup:ResolverFirewallRuleGroup"
FIREWALLS = "network-firewall"
PARENTS_NETWORKED = (ZONE, CLIENTS, RULES)

Before = Mapping[str, Sequence[Found]]


def _zones(cloud: ReadOnlyCloud, _: Before) -> list[Found]:
    ids = cloud.listed("route53", "ListHostedZones", "HostedZones[].Id")
    return [Found(str(id_).rpartition("/")[2]) for id_ in ids]


def _records(cloud: ReadOnlyCloud, before: Before) -> list[Found]:
    found = []
    for zone in before.get(ZONE, ()):
        sets = cloud.listed("route53", "ListResourceRecordSets", "ResourceRecordSets[]", HostedZoneId=zone.id)
        for one in sets:
            name, kind = str(one["Name"]).rstrip("."), str(one["Type"])
            if kind not in OWN_RECORDS:
                found.append(Found(f"{zone.id}_{name}_{kind}", {"zoneId": zone.id, "name": name, "type": kind}))
    return found


def _reservations(cloud: ReadOnlyCloud, _: Before) -> list[Found]:
    found = []
    for subnet in cloud.listed("ec2", "DescribeSubnets", "Subnets[].SubnetId"):
        answer = cloud.call("ec2", "GetSubnetCidrReservations", SubnetId=subnet)
        ids = pick("SubnetIpv4CidrReservations[].SubnetCidrReservationId", answer) or []
        found += [Found(str(id_), {"subnetId": subnet}) for id_ in ids]
    return found


def _configs(cloud: ReadOnlyCloud, _: Before) -> list[Found]:
    every = cloud.listed("route53resolver", "ListFirewallConfigs", "FirewallConfigs[]")
    return [Found(str(one["Id"]), {"resourceId": one["ResourceId"]}) for one in every]


def _propagations(cloud: ReadOnlyCloud, _: Before) -> list[Found]:
    return [
        Found(f"{gateway}_{table['RouteTableId']}")
        for table in cloud.listed("ec2", "DescribeRouteTables", "RouteTables[]")
        for gateway in pick("PropagatingVgws[].GatewayId", table) or []
    ]


def _connection_routes(cloud: ReadOnlyCloud, _: Before) -> list[Found]:
    return [
        Found(f"{cidr}:{connection['VpnConnectionId']}")
        for connection in cloud.listed("ec2", "DescribeVpnConnections", "VpnConnections[]")
        for cidr in pick("Routes[].DestinationCidrBlock", connection) or []
    ]


def _authorizations(cloud: ReadOnlyCloud, before: Before) -> list[Found]:
    found = []
    for endpoint in before.get(CLIENTS, ()):
        where = {"ClientVpnEndpointId": endpoint.id}
        for rule in cloud.listed("ec2", "DescribeClientVpnAuthorizationRules", "AuthorizationRules[]", **where):
            parts = (endpoint.id, rule["DestinationCidr"], rule.get("GroupId"))
            found.append(Found(",".join(str(part) for part in parts if part)))
    return found


NETWORKED: dict[str, Lister] = {
    "aws:ec2/networkAcl:NetworkAcl": listed("ec2", "DescribeNetworkAcls", "NetworkAcls[?!IsDefault].NetworkAclId"),
    "aws:ec2/subnetCidrReservation:SubnetCidrReservation": _reservations,
    "aws:networkfirewall/ruleGroup:RuleGroup": listed(FIREWALLS, "ListRuleGroups", "RuleGroups[].Arn"),
    "aws:networkfirewall/firewallPolicy:FirewallPolicy": listed(
        FIREWALLS, "ListFirewallPolicies", "FirewallPolicies[].Arn"
    ),
    "aws:networkfirewall/firewall:Firewall": listed(FIREWALLS, "ListFirewalls", "Firewalls[].FirewallArn"),
    "aws:networkfirewall/loggingConfiguration:LoggingConfiguration": listed(
        FIREWALLS, "ListFirewalls", "Firewalls[].FirewallArn"
    ),
    ZONE: _zones,
    "aws:route53/record:Record": _records,
    "aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList": listed(
        "route53resolver", "ListFirewallDomainLists", "FirewallDomainLists[?!ManagedOwnerName].Id"
    ),
    RULES: listed("route53resolver", "ListFirewallRuleGroups", "FirewallRuleGroups[].Id"),
    "aws:route53/resolverFirewallRule:ResolverFirewallRule": under(
        RULES,
        "route53resolver",
        "ListFirewallRules",
        "FirewallRuleGroupId",
        "FirewallRules[].FirewallDomainListId",
        "{parent}:{item}",
    ),
    "aws:route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation": listed(
        "route53resolver", "ListFirewallRuleGroupAssociations", "FirewallRuleGroupAssociations[].Id"
    ),
    "aws:route53/resolverFirewallConfig:ResolverFirewallConfig": _configs,
    "aws:route53/resolverQueryLogConfig:ResolverQueryLogConfig": listed(
        "route53resolver", "ListResolverQueryLogConfigs", "ResolverQueryLogConfigs[].Id"
    ),
    "aws:route53/resolverQueryLogConfigAssociation:ResolverQueryLogConfigAssociation": listed(
        "route53resolver", "ListResolverQueryLogConfigAssociations", "ResolverQueryLogConfigAssociations[].Id"
    ),
    "aws:ec2/vpnGatewayRoutePropagation:VpnGatewayRoutePropagation": _propagations,
    "aws:ec2/vpnConnectionRoute:VpnConnectionRoute": _connection_routes,
    "aws:ec2clientvpn/networkAssociation:NetworkAssociation": below(
        *(CLIENTS, "ec2", "DescribeClientVpnTargetNetworks", "ClientVpnEndpointId"),
        *("ClientVpnTargetNetworks[].AssociationId", "clientVpnEndpointId"),
    ),
    "aws:ec2clientvpn/authorizationRule:AuthorizationRule": _authorizations,
}
