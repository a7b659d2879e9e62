"""AWS Network Firewall: rule groups, policies and firewalls with an endpoint in each subnet. No packet is looked at.

Source: AWS Network Firewall API Reference, "CreateFirewall", "CreateRuleGroup", "UpdateLoggingConfiguration" and
"FirewallStatus" (docs.aws.amazon.com/network-firewall/latest/APIReference, 2026-11).
"""

from __future__ import annotations

import uuid
from typing import Any

from moto.moto_api._internal import mock_random

from rackwright.cloud.aws.call import ApiError, Behaviours, Call, Reply
from rackwright.cloud.aws.shelf import shelf, tag_list, tag_map
from rackwright.cloud.aws.things import Thing, given, require, tags_on

GONE = "ResourceNotFoundException"
_NAME = "networkfirewall"


def _arn(call: Call, kind: str, name: str) -> str:
    return f"arn:aws:network-firewall:{call.region}:{call.account}:{kind}/{name}"


def _thing(call: Call, kind: str, member: str) -> Thing:
    """The thing that a call names by ARN or by name."""
    things, asked = shelf(call, kind), call.params
    by_name = [arn for arn in things if arn.rpartition("/")[2] == asked.get(f"{member}Name")]
    found: Thing = require(things, asked.get(f"{member}Arn") or "".join(by_name), GONE, kind)
    return found


def _add(call: Call, kind: str, arn: str, thing: Thing) -> Thing:
    if arn in shelf(call, kind):
        raise ApiError("InvalidRequestException", f"A resource with the name {arn.rpartition('/')[2]} exists already.")
    shelf(call, kind)[arn] = {**thing, "UpdateToken": _token()}
    tags_on(call)[arn] = tag_map(call.params.get("Tags"))
    return _shown(call, kind, arn)


def _id(arn: str) -> str:
    """The id beside the ARN: the same whenever it is asked for."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, arn))


def _token() -> str:
    return str(mock_random.uuid4())


def _shown(call: Call, kind: str, arn: str) -> Thing:
    return {**shelf(call, kind)[arn], "Tags": tag_list(tags_on(call)[arn])}


def _check_token(call: Call, found: Thing) -> None:
    if call.params.get("UpdateToken") not in {None, found["UpdateToken"]}:
        raise ApiError("InvalidTokenException", "The token is not that of the latest change.")
    found["UpdateToken"] = _token()


# --- rule groups and policies -----------------------------------------------------------------------------------------


def create_group(call: Call) -> Reply:
    """A rule group with a capacity for ever."""
    asked, kind = call.params, call.params["Type"].lower()
    arn = _arn(call, f"{kind}-rulegroup", asked["RuleGroupName"])
    head = {**given(asked, "RuleGroupName", "Type", "Capacity", "Description", "EncryptionConfiguration")}
    _add(call, "nfw_groups", arn, {**head, "RuleGroupArn": arn, "RuleGroup": asked.get("RuleGroup") or {}})
    return call.answer(_group_answer(call, arn))


def _group_answer(call: Call, arn: str) -> Thing:
    found = _shown(call, "nfw_groups", arn)
    head = {key: value for key, value in found.items() if key not in {"RuleGroup", "UpdateToken"}}
    response = {**head, "RuleGroupStatus": "ACTIVE", "RuleGroupId": _id(arn)}
    return {"UpdateToken": found["UpdateToken"], "RuleGroup": found["RuleGroup"], "RuleGroupResponse": response}


def describe_group(call: Call) -> Reply:
    """One rule group."""
    return call.answer(_group_answer(call, _thing(call, "nfw_groups", "RuleGroup")["RuleGroupArn"]))


def update_group(call: Call) -> Reply:
    """Other rules; the capacity stays."""
    found = _thing(call, "nfw_groups", "RuleGroup")
    _check_token(call, found)
    found.update(given(call.params, "RuleGroup", "Description", "EncryptionConfiguration"))
    return call.answer(_group_answer(call, found["RuleGroupArn"]))


def delete_group(call: Call) -> Reply:
    """A group that a policy names stays."""
    arn = _thing(call, "nfw_groups", "RuleGroup")["RuleGroupArn"]
    if any(arn in str(policy["FirewallPolicy"]) for policy in shelf(call, "nfw_policies").values()):
        raise ApiError("InvalidOperationException", f"{arn} is in use by a firewall policy.")
    answer = _group_answer(call, arn)
    del shelf(call, "nfw_groups")[arn]
    return call.answer({"RuleGroupResponse": answer["RuleGroupResponse"]})


def list_groups(call: Call) -> Reply:
    """All rule groups."""
    every = shelf(call, "nfw_groups").values()
    return call.answer({"RuleGroups": [{"Name": one["RuleGroupName"], "Arn": one["RuleGroupArn"]} for one in every]})


def list_policies(call: Call) -> Reply:
    """All policies."""
    every = shelf(call, "nfw_policies").items()
    return call.answer({"FirewallPolicies": [{"Name": one["FirewallPolicyName"], "Arn": arn} for arn, one in every]})


def create_policy(call: Call) -> Reply:
    """A policy of rule groups that exist."""
    asked = call.params
    for reference in asked["FirewallPolicy"].get("StatefulRuleGroupReferences") or []:
        require(shelf(call, "nfw_groups"), reference["ResourceArn"], GONE, "rule group")
    arn = _arn(call, "firewall-policy", asked["FirewallPolicyName"])
    head = given(asked, "FirewallPolicyName", "Description", "EncryptionConfiguration", "FirewallPolicy")
    _add(call, "nfw_policies", arn, {**head, "FirewallPolicyArn": arn})
    return call.answer(_policy_answer(call, arn))


def _policy_answer(call: Call, arn: str) -> Thing:
    found = _shown(call, "nfw_policies", arn)
    head = {key: value for key, value in found.items() if key not in {"FirewallPolicy", "UpdateToken"}}
    response = {**head, "FirewallPolicyStatus": "ACTIVE", "FirewallPolicyId": _id(arn)}
    content = {"FirewallPolicyResponse": response, "FirewallPolicy": found["FirewallPolicy"]}
    return {"UpdateToken": found["UpdateToken"], **content}


def describe_policy(call: Call) -> Reply:
    """One policy."""
    return call.answer(_policy_answer(call, _thing(call, "nfw_policies", "FirewallPolicy")["FirewallPolicyArn"]))


def update_policy(call: Call) -> Reply:
    """Other rules."""
    found = _thing(call, "nfw_policies", "FirewallPolicy")
    _check_token(call, found)
    found.update(given(call.params, "FirewallPolicy", "Description", "EncryptionConfiguration"))
    return call.answer(_policy_answer(call, found["FirewallPolicyArn"]))


def delete_policy(call: Call) -> Reply:
    """A policy that a firewall has stays."""
    arn = _thing(call, "nfw_policies", "FirewallPolicy")["FirewallPolicyArn"]
    if any(one["FirewallPolicyArn"] == arn for one in shelf(call, "nfw_firewalls").values()):
        raise ApiError("InvalidOperationException", f"{arn} is in use by a firewall.")
    answer = _policy_answer(call, arn)
    del shelf(call, "nfw_policies")[arn]
    return call.answer({"FirewallPolicyResponse": answer["FirewallPolicyResponse"]})


# --- firewalls --------------------------------------------------------------------------------------------------------

_SWITCHES = ("DeleteProtection", "SubnetChangeProtection", "FirewallPolicyChangeProtection")


def create_firewall(call: Call) -> Reply:
    """A firewall with an endpoint in each of its subnets."""
    asked, ec2 = call.params, call.state("ec2")
    require(shelf(call, "nfw_policies"), asked["FirewallPolicyArn"], GONE, "firewall policy")
    arn = _arn(call, "firewall", asked["FirewallName"])
    subnets = [ec2.get_subnet(one["SubnetId"]) for one in asked["SubnetMappings"]]
    head = given(asked, "FirewallName", "FirewallPolicyArn", "VpcId", "SubnetMappings", "EncryptionConfiguration")
    switches = {name: bool(asked.get(name)) for name in _SWITCHES}
    endpoints = {subnet.availability_zone: _endpoint(call, asked, subnet) for subnet in subnets}
    _add(call, "nfw_firewalls", arn, {**head, **switches, "FirewallArn": arn, "Endpoints": endpoints, "Logging": {}})
    return call.answer(_firewall_answer(call, arn))


def _endpoint(call: Call, asked: dict[str, Any], subnet: Any) -> dict[str, str]:
    made = call.state("ec2").create_vpc_endpoint(
        vpc_id=asked["VpcId"],
        service_name=f"com.amazonaws.vpce.{call.region}.firewall",
        endpoint_type="GatewayLoadBalancer",
        policy_document=None,
        route_table_ids=[],
        subnet_ids=[subnet.id],
    )
    return {"SubnetId": subnet.id, "EndpointId": str(made.id), "Status": "READY"}


def _firewall_answer(call: Call, arn: str) -> Thing:
    found = _shown(call, "nfw_firewalls", arn)
    inner = {"Endpoints", "UpdateToken", "Logging"}
    firewall = {key: value for key, value in found.items() if key not in inner}
    states = {zone: {"Attachment": one, "Config": {}} for zone, one in found["Endpoints"].items()}
    status = {"Status": "READY", "ConfigurationSyncStateSummary": "IN_SYNC", "SyncStates": states}
    content = {"Firewall": {**firewall, "FirewallId": _id(arn)}, "FirewallStatus": status}
    return {"UpdateToken": found["UpdateToken"], **content}


def describe_firewall(call: Call) -> Reply:
    """One firewall."""
    return call.answer(_firewall_answer(call, _thing(call, "nfw_firewalls", "Firewall")["FirewallArn"]))


def list_firewalls(call: Call) -> Reply:
    """All firewalls."""
    every = shelf(call, "nfw_firewalls").values()
    return call.answer({"Firewalls": [given(one, "FirewallName", "FirewallArn") for one in every]})


def protect(call: Call) -> Reply:
    """Protection against deletion, on or off."""
    found = _thing(call, "nfw_firewalls", "Firewall")
    found["DeleteProtection"] = bool(call.params["DeleteProtection"])
    return call.answer(given(found, "FirewallArn", "FirewallName", "DeleteProtection", "UpdateToken"))


def associate_policy(call: Call) -> Reply:
    """Another policy."""
    found = _thing(call, "nfw_firewalls", "Firewall")
    require(shelf(call, "nfw_policies"), call.params["FirewallPolicyArn"], GONE, "firewall policy")
    found["FirewallPolicyArn"] = call.params["FirewallPolicyArn"]
    return call.answer(given(found, "FirewallArn", "FirewallName", "FirewallPolicyArn", "UpdateToken"))


def delete_firewall(call: Call) -> Reply:
    """Protected or logging ones stay; endpoints go with it."""
    found = _thing(call, "nfw_firewalls", "Firewall")
    if found["DeleteProtection"]:
        raise ApiError("InvalidOperationException", f"{found['FirewallArn']} is protected against deletion.")
    answer = _firewall_answer(call, found["FirewallArn"])
    del shelf(call, "nfw_firewalls")[found["FirewallArn"]]
    for one in found["Endpoints"].values():
        call.state("ec2").delete_vpc_endpoints([one["EndpointId"]])
    return call.answer({key: answer[key] for key in ("Firewall", "FirewallStatus")})


def update_logging(call: Call) -> Reply:
    """One destination more or less at a time, as AWS takes it."""
    found = _thing(call, "nfw_firewalls", "Firewall")
    wanted = call.params.get("LoggingConfiguration") or {}
    before, after = (one.get("LogDestinationConfigs") or [] for one in (found["Logging"], wanted))
    if abs(len(before) - len(after)) > 1:
        raise ApiError("InvalidLogDestinationException", "You can add or delete one log destination at a time.")
    found["Logging"] = wanted
    return call.answer({"FirewallArn": found["FirewallArn"], "LoggingConfiguration": wanted})


def describe_logging(call: Call) -> Reply:
    """Where alerts and flows go."""
    found = _thing(call, "nfw_firewalls", "Firewall")
    return call.answer({"FirewallArn": found["FirewallArn"], "LoggingConfiguration": found["Logging"]})


def list_tags(call: Call) -> Reply:
    """Tags by ARN."""
    return call.answer({"Tags": tag_list(tags_on(call).get(call.params["ResourceArn"], {}))})


def tag(call: Call) -> Reply:
    """Add tags."""
    tags_on(call).setdefault(call.params["ResourceArn"], {}).update(tag_map(call.params["Tags"]))
    return call.answer({})


def untag(call: Call) -> Reply:
    """Take tags off."""
    for key in call.params["TagKeys"]:
        tags_on(call).get(call.params["ResourceArn"], {}).pop(key, None)
    return call.answer({})


BEHAVIOURS: Behaviours = {
    (_NAME, "CreateRuleGroup"): create_group,
    (_NAME, "DescribeRuleGroup"): describe_group,
    (_NAME, "ListRuleGroups"): list_groups,
    (_NAME, "ListFirewallPolicies"): list_policies,
    (_NAME, "UpdateRuleGroup"): update_group,
    (_NAME, "DeleteRuleGroup"): delete_group,
    (_NAME, "CreateFirewallPolicy"): create_policy,
    (_NAME, "DescribeFirewallPolicy"): describe_policy,
    (_NAME, "UpdateFirewallPolicy"): update_policy,
    (_NAME, "DeleteFirewallPolicy"): delete_policy,
    (_NAME, "CreateFirewall"): create_firewall,
    (_NAME, "DescribeFirewall"): describe_firewall,
    (_NAME, "ListFirewalls"): list_firewalls,
    (_NAME, "UpdateFirewallDeleteProtection"): protect,
    (_NAME, "AssociateFirewallPolicy"): associate_policy,
    (_NAME, "DeleteFirewall"): delete_firewall,
    (_NAME, "UpdateLoggingConfiguration"): update_logging,
    (_NAME, "DescribeLoggingConfiguration"): describe_logging,
    (_NAME, "ListTagsForResource"): list_tags,
    (_NAME, "TagResource"): tag,
    (_NAME, "UntagResource"): untag,
}
