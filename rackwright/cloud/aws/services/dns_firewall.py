"""Route 53 Resolver DNS Firewall, and the deletions of query logging that moto lacks.

Sources: Amazon Route 53 API Reference, "Route 53 Resolver" (CreateFirewallRuleGroup, AssociateFirewallRuleGroup,
UpdateFirewallDomains, UpdateFirewallConfig …); quotas: Route 53 Developer Guide, "Quotas on Route 53 Resolver DNS
Firewall" (docs.aws.amazon.com/Route53/latest, 2026-11).
"""

from __future__ import annotations

import re
from typing import Any

from rackwright.cloud.aws.call import ApiError, Behaviours, Call, Reply
from rackwright.cloud.aws.shelf import shelf, tag_list, tag_map
from rackwright.cloud.aws.things import Thing, given, new_id, require, tags_on

GONE = "ResourceNotFoundException"
DOMAIN_FORM = re.compile(r"^(\*|(\*\.)?([A-Za-z0-9_-]+\.)*[A-Za-z0-9_-]+)$")
OWN_PRIORITIES = (100, 9900)
"""Associations take a priority between these two, not equal to them."""


def _arn(call: Call, kind: str, id_: str) -> str:
    return f"arn:aws:route53resolver:{call.region}:{call.account}:{kind}/{id_}"


def _make(call: Call, kind: str, prefix: str, word: str, members: Thing) -> Thing:
    id_ = new_id(prefix)
    thing = {"Id": id_, "Arn": _arn(call, word, id_), **members}
    shelf(call, kind)[id_] = thing
    tags_on(call)[thing["Arn"]] = tag_map(call.params.get("Tags"))
    return thing


# --- domain lists -----------------------------------------------------------------------------------------------------


def _list(call: Call) -> Thing:
    found: Thing = require(shelf(call, "domain_lists"), call.params.get("FirewallDomainListId"), GONE, "domain list")
    return found


def _shown_list(found: Thing) -> Thing:
    return {**{key: value for key, value in found.items() if key != "Domains"}, "DomainCount": len(found["Domains"])}


def create_list(call: Call) -> Reply:
    """An empty list."""
    members = {"Name": call.params["Name"], "Status": "COMPLETE", "Domains": []}
    found = _make(call, "domain_lists", "rslvr-fdl-", "firewall-domain-list", members)
    return call.answer({"FirewallDomainList": _shown_list(found)})


def get_list(call: Call) -> Reply:
    """One list."""
    return call.answer({"FirewallDomainList": _shown_list(_list(call))})


def update_domains(call: Call) -> Reply:
    """ADD, REMOVE or REPLACE names."""
    found, asked = _list(call), call.params.get("Domains") or []
    if wrong := [name for name in asked if not DOMAIN_FORM.match(name)]:
        raise ApiError("ValidationException", f"'{wrong[0]}' is not a valid domain specification.")
    before = [] if call.params["Operation"] == "REPLACE" else found["Domains"]
    kept = [name for name in before if call.params["Operation"] != "REMOVE" or name not in asked]
    added = [] if call.params["Operation"] == "REMOVE" else asked
    found["Domains"] = list(dict.fromkeys([*kept, *added]))
    return call.answer(given(found, "Id", "Name", "Status"))


def list_domains(call: Call) -> Reply:
    """Names of a list, all on one page."""
    return call.answer({"Domains": _list(call)["Domains"]})


def list_lists(call: Call) -> Reply:
    """All lists."""
    return call.answer({"FirewallDomainLists": list(shelf(call, "domain_lists").values())})


def delete_list(call: Call) -> Reply:
    """A list that a rule names stays."""
    found = _list(call)
    if any(rule["FirewallDomainListId"] == found["Id"] for rule in shelf(call, "firewall_rules").values()):
        raise ApiError("ConflictException", f"The domain list '{found['Id']}' is used by a rule group.")
    del shelf(call, "domain_lists")[found["Id"]]
    return call.answer({"FirewallDomainList": _shown_list(found)})


# --- rule groups and rules --------------------------------------------------------------------------------------------


def _group(call: Call) -> Thing:
    found: Thing = require(shelf(call, "rule_groups"), call.params.get("FirewallRuleGroupId"), GONE, "rule group")
    return found


def _rules(call: Call, group: str) -> list[Thing]:
    return [rule for rule in shelf(call, "firewall_rules").values() if rule["FirewallRuleGroupId"] == group]


def _shown_group(call: Call, found: Thing) -> Thing:
    return {**found, "RuleCount": len(_rules(call, found["Id"])), "OwnerId": call.account, "ShareStatus": "NOT_SHARED"}


def create_group(call: Call) -> Reply:
    """A group without rules."""
    members = {"Name": call.params["Name"], "Status": "COMPLETE"}
    found = _make(call, "rule_groups", "rslvr-frg-", "firewall-rule-group", members)
    return call.answer({"FirewallRuleGroup": _shown_group(call, found)})


def get_group(call: Call) -> Reply:
    """One group."""
    return call.answer({"FirewallRuleGroup": _shown_group(call, _group(call))})


def list_groups(call: Call) -> Reply:
    """All groups."""
    return call.answer({"FirewallRuleGroups": list(shelf(call, "rule_groups").values())})


def delete_group(call: Call) -> Reply:
    """A group with rules or associations stays."""
    found = _group(call)
    held = [one for one in shelf(call, "rule_associations").values() if one["FirewallRuleGroupId"] == found["Id"]]
    if held or _rules(call, found["Id"]):
        raise ApiError("ConflictException", f"The rule group '{found['Id']}' has rules or associations.")
    del shelf(call, "rule_groups")[found["Id"]]
    return call.answer({"FirewallRuleGroup": _shown_group(call, found)})


_RULE_MEMBERS = (
    *("FirewallRuleGroupId", "FirewallDomainListId", "Priority", "Action", "BlockResponse", "BlockOverrideDomain"),
    *("BlockOverrideDnsType", "BlockOverrideTtl", "Name", "Qtype", "FirewallDomainRedirectionAction"),
)


def _rule_key(asked: Thing) -> str:
    return f"{asked['FirewallRuleGroupId']}/{asked.get('FirewallDomainListId')}"


def create_rule(call: Call) -> Reply:
    """One rule for each list and group, and one for each priority."""
    asked, group = call.params, _group(call)
    _list(call)
    if asked["Priority"] in {rule["Priority"] for rule in _rules(call, group["Id"])}:
        raise ApiError("ConflictException", f"Priority {asked['Priority']} is taken in '{group['Id']}'.")
    if asked["Action"] == "BLOCK" and not asked.get("BlockResponse"):
        raise ApiError("ValidationException", "BlockResponse is required for the action BLOCK.")
    redirection = {"FirewallDomainRedirectionAction": "INSPECT_REDIRECTION_DOMAIN"}
    rule = {**redirection, **given(asked, *_RULE_MEMBERS)}
    shelf(call, "firewall_rules")[_rule_key(asked)] = rule
    return call.answer({"FirewallRule": rule})


def update_rule(call: Call) -> Reply:
    """Change a rule."""
    rule = require(shelf(call, "firewall_rules"), _rule_key(call.params), GONE, "rule")
    rule.update(given(call.params, *_RULE_MEMBERS))
    if rule["Action"] != "BLOCK":
        rule.pop("BlockResponse", None)
    return call.answer({"FirewallRule": rule})


def list_rules(call: Call) -> Reply:
    """Rules of a group, in the order in which they are asked."""
    rules = sorted(_rules(call, _group(call)["Id"]), key=lambda rule: int(rule["Priority"]))
    return call.answer({"FirewallRules": rules})


def delete_rule(call: Call) -> Reply:
    """Delete a rule."""
    require(shelf(call, "firewall_rules"), _rule_key(call.params), GONE, "rule")
    return call.answer({"FirewallRule": shelf(call, "firewall_rules").pop(_rule_key(call.params))})


# --- associations and configuration -----------------------------------------------------------------------------------


def associate(call: Call) -> Reply:
    """One association of a group with a VPC, with a priority of its own in that VPC."""
    asked = call.params
    _group(call)
    low, high = OWN_PRIORITIES
    if not low < asked["Priority"] < high:
        raise ApiError("ValidationException", f"Priority {asked['Priority']} is not between {low} and {high}.")
    here = [one for one in shelf(call, "rule_associations").values() if one["VpcId"] == asked["VpcId"]]
    if any(one["Priority"] == asked["Priority"] for one in here):
        raise ApiError("ConflictException", f"Priority {asked['Priority']} is taken in '{asked['VpcId']}'.")
    members = given(asked, "FirewallRuleGroupId", "VpcId", "Name", "Priority", "MutationProtection")
    members = {"MutationProtection": "DISABLED", **members, "Status": "COMPLETE"}
    found = _make(call, "rule_associations", "rslvr-frgassoc-", "firewall-rule-group-association", members)
    return call.answer({"FirewallRuleGroupAssociation": found})


def _association(call: Call) -> Thing:
    asked = call.params.get("FirewallRuleGroupAssociationId")
    found: Thing = require(shelf(call, "rule_associations"), asked, GONE, "rule group association")
    return found


def get_association(call: Call) -> Reply:
    """One association."""
    return call.answer({"FirewallRuleGroupAssociation": _association(call)})


def list_associations(call: Call) -> Reply:
    """All associations."""
    return call.answer({"FirewallRuleGroupAssociations": list(shelf(call, "rule_associations").values())})


def update_association(call: Call) -> Reply:
    """Change priority, protection or name."""
    _association(call).update(given(call.params, "Priority", "MutationProtection", "Name"))
    return call.answer({"FirewallRuleGroupAssociation": _association(call)})


def disassociate(call: Call) -> Reply:
    """A protected association stays."""
    found = _association(call)
    if found["MutationProtection"] == "ENABLED":
        raise ApiError("ValidationException", f"The association '{found['Id']}' is protected against changes.")
    return call.answer({"FirewallRuleGroupAssociation": shelf(call, "rule_associations").pop(found["Id"])})


def get_config(call: Call) -> Reply:
    """Configuration of a VPC; every VPC has one."""
    vpc = call.params["ResourceId"]
    fresh = {"Id": new_id("rslvr-fc-"), "ResourceId": vpc, "OwnerId": call.account, "FirewallFailOpen": "DISABLED"}
    return call.answer({"FirewallConfig": shelf(call, "firewall_configs").get(vpc, fresh)})


def list_configs(call: Call) -> Reply:
    """Configurations of the VPCs where somebody has set one."""
    return call.answer({"FirewallConfigs": list(shelf(call, "firewall_configs").values())})


def update_config(call: Call) -> Reply:
    """Whether names are answered while the firewall is not."""
    vpc, configs = call.params["ResourceId"], shelf(call, "firewall_configs")
    found = configs.setdefault(vpc, {"Id": new_id("rslvr-fc-"), "ResourceId": vpc, "OwnerId": call.account})
    found["FirewallFailOpen"] = call.params["FirewallFailOpen"]
    return call.answer({"FirewallConfig": found})


# --- tags and query logging -------------------------------------------------------------------------------------------


def _ours(call: Call) -> dict[str, str] | None:
    return tags_on(call).get(call.params["ResourceArn"])


def list_tags(call: Call) -> Reply:
    """Tags of our things; moto knows its own."""
    tags = _ours(call)
    if tags is None:
        return call.forward()
    return call.answer({"Tags": tag_list(tags)})


def tag(call: Call) -> Reply:
    """Tag our things; moto tags its own."""
    tags = _ours(call)
    if tags is None:
        return call.forward()
    tags.update(tag_map(call.params["Tags"]))
    return call.answer({})


def untag(call: Call) -> Reply:
    """Take tags off our things; moto takes them off its own."""
    tags = _ours(call)
    if tags is None:
        return call.forward()
    for key in call.params["TagKeys"]:
        tags.pop(key, None)
    return call.answer({})


def _moto_has(call: Call, attribute: str, id_: str) -> Any:
    things = getattr(call.state(), attribute)
    if id_ not in things:
        raise ApiError(GONE, f"The resource '{id_}' does not exist.")
    return things


def create_query_config(call: Call) -> Reply:
    """Moto forgets the tags."""
    reply = call.forward()
    if reply.ok:
        made = list(call.state().resolver_query_log_configs.values())[-1]
        tags_on(call)[made.arn] = tag_map(call.params.get("Tags"))
    return reply


def delete_query_config(call: Call) -> Reply:
    """A configuration with associations stays."""
    id_ = call.params["ResolverQueryLogConfigId"]
    configs = _moto_has(call, "resolver_query_log_configs", id_)
    used = call.state().resolver_query_log_config_associations.values()
    if any(one.resolver_query_log_config_id == id_ for one in used):
        raise ApiError("InvalidRequestException", f"'{id_}' is associated with VPCs.")
    return call.answer({"ResolverQueryLogConfig": configs.pop(id_).description()})


def disassociate_query_config(call: Call) -> Reply:
    """Stop logging the questions of a VPC."""
    config, vpc = call.params["ResolverQueryLogConfigId"], call.params["ResourceId"]
    things = call.state().resolver_query_log_config_associations
    found = [
        id_ for id_, one in things.items() if one.resolver_query_log_config_id == config and one.resource_id == vpc
    ]
    if not found:
        raise ApiError(GONE, f"'{config}' is not associated with '{vpc}'.")
    return call.answer({"ResolverQueryLogConfigAssociation": things.pop(found[0]).description()})


_NAME = "route53resolver"
BEHAVIOURS: Behaviours = {
    (_NAME, "CreateFirewallDomainList"): create_list,
    (_NAME, "GetFirewallDomainList"): get_list,
    (_NAME, "ListFirewallDomainLists"): list_lists,
    (_NAME, "UpdateFirewallDomains"): update_domains,
    (_NAME, "ListFirewallDomains"): list_domains,
    (_NAME, "DeleteFirewallDomainList"): delete_list,
    (_NAME, "CreateFirewallRuleGroup"): create_group,
    (_NAME, "GetFirewallRuleGroup"): get_group,
    (_NAME, "ListFirewallRuleGroups"): list_groups,
    (_NAME, "DeleteFirewallRuleGroup"): delete_group,
    (_NAME, "CreateFirewallRule"): create_rule,
    (_NAME, "UpdateFirewallRule"): update_rule,
    (_NAME, "ListFirewallRules"): list_rules,
    (_NAME, "DeleteFirewallRule"): delete_rule,
    (_NAME, "AssociateFirewallRuleGroup"): associate,
    (_NAME, "GetFirewallRuleGroupAssociation"): get_association,
    (_NAME, "ListFirewallRuleGroupAssociations"): list_associations,
    (_NAME, "UpdateFirewallRuleGroupAssociation"): update_association,
    (_NAME, "DisassociateFirewallRuleGroup"): disassociate,
    (_NAME, "GetFirewallConfig"): get_config,
    (_NAME, "ListFirewallConfigs"): list_configs,
    (_NAME, "UpdateFirewallConfig"): update_config,
    (_NAME, "ListTagsForResource"): list_tags,
    (_NAME, "TagResource"): tag,
    (_NAME, "UntagResource"): untag,
    (_NAME, "CreateResolverQueryLogConfig"): create_query_config,
    (_NAME, "DeleteResolverQueryLogConfig"): delete_query_config,
    (_NAME, "DisassociateResolverQueryLogConfig"): disassociate_query_config,
}
