"""Cases of the types at the border of a network."""

from tests.integration.aws.world import NEW_TAGS, TAGS, Case, World

RESOLVER = "aws:route53/resolverFirewall"
TRANSIT = "tgw-0123456789abcdef0"
ACM = "arn:aws:acm:us-east-1:123456789012:certificate"


def entry(number: int, protocol: str, cidr: str, first: int, last: int) -> dict:
    ports = {"fromPort": first, "toPort": last}
    return {"ruleNo": number, "action": "allow", "protocol": protocol, "cidrBlock": cidr, **ports}


def names(w: World) -> str:
    inputs = {"name": "world", "domains": ["amazonaws.com", "*.amazonaws.com"]}
    return w.make(f"{RESOLVER}DomainList:ResolverFirewallDomainList", inputs)[0]


def rules(w: World) -> str:
    return w.make(f"{RESOLVER}RuleGroup:ResolverFirewallRuleGroup", {"name": "world"})[0]


def zone(w: World) -> str:
    inputs = {"name": "world.internal", "vpcs": [{"vpcId": w.vpc, "vpcRegion": "us-east-1"}]}
    return w.make("aws:route53/zone:Zone", inputs)[0]


def customer(w: World) -> str:
    inputs = {"bgpAsn": "65000", "ipAddress": "203.0.113.11", "type": "ipsec.1"}
    return w.make("aws:ec2/customerGateway:CustomerGateway", inputs)[0]


def gateway(w: World) -> str:
    return w.make("aws:ec2/vpnGateway:VpnGateway", {"vpcId": w.vpc})[0]


def connection(w: World) -> str:
    ends = {"customerGatewayId": customer(w), "vpnGatewayId": gateway(w)}
    return w.make("aws:ec2/vpnConnection:VpnConnection", {**ends, "type": "ipsec.1", "staticRoutesOnly": True})[0]


def clients(w: World) -> dict:
    return {
        "clientCidrBlock": "172.30.0.0/22",
        "serverCertificateArn": f"{ACM}/1",
        "authenticationOptions": [
            {"type": "certificate-authentication", "rootCertificateChainArn": f"{ACM}/2"},
            {"type": "directory-service-authentication", "activeDirectoryId": "d-0123456789"},
        ],
        "connectionLogOptions": {"enabled": True, "cloudwatchLogGroup": w.log_group["name"]},
        "vpcId": w.vpc,
        "securityGroupIds": [w.group],
        "splitTunnel": True,
        "sessionTimeoutHours": 8,
    }


def endpoint(w: World) -> str:
    return w.make("aws:ec2clientvpn/endpoint:Endpoint", clients(w))[0]


NAMES = [
    Case(
        "aws:route53/zone:Zone",
        lambda w: {"name": "it.internal", "vpcs": [{"vpcId": w.vpc, "vpcRegion": "us-east-1"}], "tags": TAGS},
        {"comment": "inside", **NEW_TAGS},
        {"name": "other.internal"},
    ),
    Case(
        "aws:route53/record:Record",
        lambda w: {"zoneId": zone(w), "name": "head.world.internal", "type": "A", "ttl": 60, "records": ["10.9.0.10"]},
        {"records": ["10.9.0.10", "10.9.0.11"], "ttl": 30},
        {"name": "login.world.internal"},
        {"fqdn": "head.world.internal"},
    ),
    Case(
        f"{RESOLVER}DomainList:ResolverFirewallDomainList",
        lambda w: {"name": "it", "domains": ["nvcr.io", "*.nvcr.io"], "tags": TAGS},
        {"domains": ["nvcr.io"], **NEW_TAGS},
        {"name": "other"},
    ),
    Case(f"{RESOLVER}RuleGroup:ResolverFirewallRuleGroup", lambda w: {"name": "it", "tags": TAGS}, NEW_TAGS),
    Case(
        f"{RESOLVER}Rule:ResolverFirewallRule",
        lambda w: {
            "name": "it",
            "firewallRuleGroupId": rules(w),
            "firewallDomainListId": names(w),
            "priority": 100,
            "action": "ALLOW",
        },
        {"action": "ALERT", "priority": 110},
        {"firewallDomainListId": "rslvr-fdl-other"},
    ),
    Case(
        f"{RESOLVER}RuleGroupAssociation:ResolverFirewallRuleGroupAssociation",
        lambda w: {"name": "it", "firewallRuleGroupId": rules(w), "vpcId": w.vpc, "priority": 101, "tags": TAGS},
        {"priority": 102, **NEW_TAGS},
        {"vpcId": "vpc-other"},
    ),
    Case(
        f"{RESOLVER}Config:ResolverFirewallConfig",
        lambda w: {"resourceId": w.vpc, "firewallFailOpen": "ENABLED"},
        {"firewallFailOpen": "DISABLED"},
        {"resourceId": "vpc-other"},
        stays=True,
    ),
    Case(
        "aws:route53/resolverQueryLogConfig:ResolverQueryLogConfig",
        lambda w: {"name": "it", "destinationArn": w.log_group["arn"], "tags": TAGS},
        NEW_TAGS,
        {"destinationArn": "arn:aws:s3:::other"},
    ),
    Case(
        "aws:route53/resolverQueryLogConfigAssociation:ResolverQueryLogConfigAssociation",
        lambda w: {
            "resolverQueryLogConfigId": w.make(
                "aws:route53/resolverQueryLogConfig:ResolverQueryLogConfig",
                {"name": "world", "destinationArn": w.log_group["arn"]},
            )[0],
            "resourceId": w.vpc,
        },
        {},
        {"resourceId": "vpc-other"},
    ),
]
WAYS_IN = [
    Case(
        "aws:ec2/networkAcl:NetworkAcl",
        lambda w: {
            "vpcId": w.vpc,
            "subnetIds": [w.subnet],
            "ingress": [entry(100, "-1", "10.9.0.0/16", 0, 0), entry(110, "6", "0.0.0.0/0", 3390, 65535)],
            "egress": [entry(100, "-1", "0.0.0.0/0", 0, 0)],
            "tags": TAGS,
        },
        {"ingress": [entry(110, "6", "10.0.0.0/8", 22, 22)], "subnetIds": [], **NEW_TAGS},
        {"vpcId": "vpc-other"},
    ),
    Case(
        "aws:ec2/subnetCidrReservation:SubnetCidrReservation",
        lambda w: {"subnetId": w.subnet, "cidrBlock": "10.9.0.224/27", "reservationType": "explicit"},
        {},
        {"cidrBlock": "10.9.0.192/27"},
    ),
    Case(
        "aws:ec2/customerGateway:CustomerGateway",
        lambda w: {"bgpAsn": "65001", "ipAddress": "203.0.113.10", "type": "ipsec.1", "tags": TAGS},
        NEW_TAGS,
        {"ipAddress": "203.0.113.12"},
    ),
    Case("aws:ec2/vpnGateway:VpnGateway", lambda w: {"tags": TAGS}, NEW_TAGS, {"amazonSideAsn": "65010"}),
    Case(
        "aws:ec2/vpnGatewayRoutePropagation:VpnGatewayRoutePropagation",
        lambda w: {"vpnGatewayId": gateway(w), "routeTableId": w.table},
        {},
        {"routeTableId": "rtb-other"},
    ),
    Case(
        "aws:ec2/vpnConnection:VpnConnection",
        lambda w: {
            "customerGatewayId": customer(w),
            "vpnGatewayId": gateway(w),
            "type": "ipsec.1",
            "staticRoutesOnly": True,
            "presharedKeyStorage": "SecretsManager",
            "tunnel1IkeVersions": ["ikev2"],
            "tunnel1Phase1DhGroupNumbers": [20],
            "tags": TAGS,
        },
        NEW_TAGS,
        {"staticRoutesOnly": False},
    ),
    Case(
        "aws:ec2transitgateway/vpcAttachment:VpcAttachment",
        lambda w: {"transitGatewayId": TRANSIT, "vpcId": w.vpc, "subnetIds": [w.subnet], "tags": TAGS},
        {"dnsSupport": "disable", **NEW_TAGS},
        {"transitGatewayId": "tgw-0fedcba9876543210"},
    ),
    Case(
        "aws:ec2/vpnConnectionRoute:VpnConnectionRoute",
        lambda w: {"vpnConnectionId": connection(w), "destinationCidrBlock": "192.168.0.0/16"},
        {},
        {"destinationCidrBlock": "192.169.0.0/16"},
    ),
    Case(
        "aws:ec2clientvpn/endpoint:Endpoint",
        lambda w: {**clients(w), "tags": TAGS},
        {"splitTunnel": False, "sessionTimeoutHours": 12, **NEW_TAGS},
        {"clientCidrBlock": "172.31.0.0/22"},
    ),
    Case(
        "aws:ec2clientvpn/networkAssociation:NetworkAssociation",
        lambda w: {"clientVpnEndpointId": endpoint(w), "subnetId": w.subnet},
        {},
        {"subnetId": "subnet-other"},
    ),
    Case(
        "aws:ec2clientvpn/authorizationRule:AuthorizationRule",
        lambda w: {"clientVpnEndpointId": endpoint(w), "targetNetworkCidr": "10.9.0.0/16", "accessGroupId": "admins"},
        {},
        {"accessGroupId": "others"},
    ),
]
NFW = "aws:networkfirewall"


def group_inputs(name: str) -> dict:
    listed = {"generatedRulesType": "ALLOWLIST", "targetTypes": ["TLS_SNI"], "targets": [".nvcr.io"]}
    home = {"ipSets": [{"key": "HOME_NET", "ipSet": {"definitions": ["10.9.0.0/16"]}}]}
    order = {"ruleOrder": "STRICT_ORDER"}
    rules = {"rulesSource": {"rulesSourceList": listed}, "ruleVariables": home, "statefulRuleOptions": order}
    return {"name": name, "type": "STATEFUL", "capacity": 100, "ruleGroup": rules}


def policy_inputs(w: World, name: str) -> dict:
    group = w.make(f"{NFW}/ruleGroup:RuleGroup", group_inputs("world"))[0]
    policy = {
        "statelessDefaultActions": ["aws:forward_to_sfe"],
        "statelessFragmentDefaultActions": ["aws:forward_to_sfe"],
        "statefulEngineOptions": {"ruleOrder": "STRICT_ORDER"},
        "statefulDefaultActions": ["aws:drop_established"],
        "statefulRuleGroupReferences": [{"resourceArn": group, "priority": 1}],
    }
    return {"name": name, "firewallPolicy": policy}


def firewall_inputs(w: World, name: str) -> dict:
    policy = w.make(f"{NFW}/firewallPolicy:FirewallPolicy", policy_inputs(w, "world"))[0]
    return {"name": name, "firewallPolicyArn": policy, "vpcId": w.vpc, "subnetMappings": [{"subnetId": w.subnet}]}


def log_to(group: str) -> dict:
    kind = {"logDestinationType": "CloudWatchLogs", "logDestination": {"logGroup": group}}
    return {"logDestinationConfigs": [{**kind, "logType": one} for one in ("ALERT", "FLOW")]}


FIREWALLS = [
    Case(
        f"{NFW}/ruleGroup:RuleGroup",
        lambda w: {**group_inputs("it"), "tags": TAGS},
        {"ruleGroup": {"rulesSource": {"rulesString": "pass ip any any -> any any (sid:1;)"}}, **NEW_TAGS},
        {"capacity": 200},
    ),
    Case(
        f"{NFW}/firewallPolicy:FirewallPolicy",
        lambda w: {**policy_inputs(w, "it"), "tags": TAGS},
        {"description": "egress", **NEW_TAGS},
        {"name": "other"},
    ),
    Case(
        f"{NFW}/firewall:Firewall",
        lambda w: {**firewall_inputs(w, "it"), "deleteProtection": True, "tags": TAGS},
        {"deleteProtection": False, **NEW_TAGS},
        {"vpcId": "vpc-other"},
    ),
    Case(
        f"{NFW}/loggingConfiguration:LoggingConfiguration",
        lambda w: {
            "firewallArn": w.make(f"{NFW}/firewall:Firewall", firewall_inputs(w, "world"))[0],
            "loggingConfiguration": log_to("/world"),
        },
        {"loggingConfiguration": log_to("/other")},
        {"firewallArn": "arn:aws:network-firewall:us-east-1:123456789012:firewall/other"},
    ),
]
BORDER = [*NAMES, *WAYS_IN, *FIREWALLS]
