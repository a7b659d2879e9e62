"""AWS Network Firewall."""

from __future__ import annotations

from typing import Any

from rackwright.engine.providers.aws.cloud import Cloud
from rackwright.engine.providers.aws.resource import Wanted, pick
from rackwright.engine.providers.aws.shapes import Props, fixed, from_api
from rackwright.engine.providers.aws.types.declared import Calls, Declared, Tagging

SERVICE = "network-firewall"


class RuleGroup(Declared):
    """Rule group; the ARN is the id. Variables are a list here and a map in the API."""

    type_ = "aws:networkfirewall/ruleGroup:RuleGroup"
    service = SERVICE
    autoname = "name"
    replaces = frozenset({"name", "type", "capacity"})
    computed = ("arn", "updateToken", "tagsAll")
    tagging = Tagging()
    names = fixed({"RuleGroupName": "name"})
    calls = Calls("CreateRuleGroup", "DescribeRuleGroup", "DeleteRuleGroup", "UpdateRuleGroup")
    keys = ("RuleGroupArn",)
    created = "RuleGroupResponse.RuleGroupArn"
    listing = ("ListRuleGroups", "RuleGroups[?Name=='$name'].Arn | [0]")

    def params(self, cloud: Cloud, operation: str, wanted: Wanted) -> dict[str, Any]:
        """Variables as a map, and the token of the last change."""
        group = dict(wanted.get("ruleGroup", {}))
        sets = (group.pop("ruleVariables", None) or {}).get("ipSets") or []
        found = super().params(cloud, operation, Wanted(wanted.urn, {**wanted.props, "ruleGroup": group}))
        definitions = {one["key"]: {"Definition": list(one["ipSet"]["definitions"])} for one in sets}
        if definitions:
            found["RuleGroup"] = {**found["RuleGroup"], "RuleVariables": {"IPSets": definitions}}
        if operation == self.calls.update:
            named = {"RuleGroupName": found.pop("RuleGroupName"), "Type": found.pop("Type")}
            found["UpdateToken"] = cloud.call(SERVICE, self.calls.read, **named)["UpdateToken"]
        return found

    def outputs(self, cloud: Cloud, id_: str, item: dict[str, Any]) -> Props:
        """The head stands beside the rules."""
        variables = pick("RuleGroup.RuleVariables.IPSets", item) or {}
        sets = [{"key": key, "ipSet": {"definitions": one["Definition"]}} for key, one in variables.items()]
        rules = {key: value for key, value in item["RuleGroup"].items() if key != "RuleVariables"}
        return {
            **_head(item["RuleGroupResponse"], self.names),
            "arn": id_,
            "ruleGroup": {**from_api(rules), **({"ruleVariables": {"ipSets": sets}} if sets else {})},
        }


class FirewallPolicy(Declared):
    """Policy; the ARN is the id."""

    type_ = "aws:networkfirewall/firewallPolicy:FirewallPolicy"
    service = SERVICE
    autoname = "name"
    replaces = frozenset({"name"})
    computed = ("arn", "updateToken", "tagsAll")
    tagging = Tagging()
    names = fixed({"FirewallPolicyName": "name"})
    calls = Calls("CreateFirewallPolicy", "DescribeFirewallPolicy", "DeleteFirewallPolicy", "UpdateFirewallPolicy")
    keys = ("FirewallPolicyArn",)
    created = "FirewallPolicyResponse.FirewallPolicyArn"
    listing = ("ListFirewallPolicies", "FirewallPolicies[?Name=='$name'].Arn | [0]")

    def params(self, cloud: Cloud, operation: str, wanted: Wanted) -> dict[str, Any]:
        """With the token of the last change."""
        found = super().params(cloud, operation, wanted)
        if operation == self.calls.update:
            named = {"FirewallPolicyName": found.pop("FirewallPolicyName")}
            found["UpdateToken"] = cloud.call(SERVICE, self.calls.read, **named)["UpdateToken"]
        return found

    def outputs(self, cloud: Cloud, id_: str, item: dict[str, Any]) -> Props:
        """The head stands beside the policy."""
        policy = from_api(item["FirewallPolicy"])
        return {**_head(item["FirewallPolicyResponse"], self.names), "arn": id_, "firewallPolicy": policy}


class Firewall(Declared):
    """Firewall; the ARN is the id."""

    type_ = "aws:networkfirewall/firewall:Firewall"
    service = SERVICE
    autoname = "name"
    replaces = frozenset({"name", "vpcId", "subnetMappings", "encryptionConfiguration"})
    defaults = fixed(
        {"deleteProtection": False, "subnetChangeProtection": False, "firewallPolicyChangeProtection": False}
    )
    computed = ("arn", "firewallStatuses", "updateToken", "tagsAll")
    tagging = Tagging()
    names = fixed({"FirewallName": "name"})
    calls = Calls("CreateFirewall", "DescribeFirewall", "DeleteFirewall")
    keys = ("FirewallArn",)
    created = "Firewall.FirewallArn"
    listing = ("ListFirewalls", "Firewalls[?FirewallName=='$name'].FirewallArn | [0]")

    def update(self, cloud: Cloud, id_: str, old: Props, wanted: Wanted, changed: frozenset[str]) -> None:
        """Each in its own call."""
        super().update(cloud, id_, old, wanted, changed & {"tags"})
        if "deleteProtection" in changed:
            protect = {"FirewallArn": id_, "DeleteProtection": bool(wanted.get("deleteProtection"))}
            cloud.call(SERVICE, "UpdateFirewallDeleteProtection", **protect)
        if "firewallPolicyArn" in changed:
            policy = wanted.get("firewallPolicyArn")
            cloud.call(SERVICE, "AssociateFirewallPolicy", FirewallArn=id_, FirewallPolicyArn=policy)

    def outputs(self, cloud: Cloud, id_: str, item: dict[str, Any]) -> Props:
        """Endpoints by zone."""
        states = [
            {"availabilityZone": zone, "attachments": [from_api(one["Attachment"])]}
            for zone, one in (pick("FirewallStatus.SyncStates", item) or {}).items()
        ]
        head = _head(item["Firewall"], self.names)
        return {**head, "arn": id_, "firewallStatuses": [{"syncStates": states}]}


def _head(response: dict[str, Any], names: Any) -> Props:
    hidden = {"Tags", "RuleGroupArn", "RuleGroupId", "FirewallArn", "FirewallId", "FirewallPolicyId"}
    found: Props = from_api({key: value for key, value in response.items() if key not in hidden}, names)
    return found


class LoggingConfiguration(Declared):
    """Where a firewall writes; AWS takes one destination more or less at a time."""

    type_ = "aws:networkfirewall/loggingConfiguration:LoggingConfiguration"
    service = SERVICE
    replaces = frozenset({"firewallArn"})
    calls = Calls("UpdateLoggingConfiguration", "DescribeLoggingConfiguration", "UpdateLoggingConfiguration")
    keys = ("FirewallArn",)

    def create(self, cloud: Cloud, wanted: Wanted) -> str:
        """One destination after another."""
        id_ = str(wanted.get("firewallArn"))
        self._go(cloud, id_, _configs(cloud, wanted.props))
        return id_

    def _go(self, cloud: Cloud, id_: str, wanted: list[dict[str, Any]]) -> None:
        answer = cloud.call(SERVICE, "DescribeLoggingConfiguration", FirewallArn=id_)
        live = list(pick("LoggingConfiguration.LogDestinationConfigs", answer) or [])
        for one in [one for one in live if one not in wanted]:
            live.remove(one)
            self._put(cloud, id_, live)
        for one in [one for one in wanted if one not in live]:
            live.append(one)
            self._put(cloud, id_, live)

    @staticmethod
    def _put(cloud: Cloud, id_: str, configs: list[dict[str, Any]]) -> None:
        logging = {"LogDestinationConfigs": configs}
        cloud.call(SERVICE, "UpdateLoggingConfiguration", FirewallArn=id_, LoggingConfiguration=logging)

    def read(self, cloud: Cloud, id_: str, known: Props) -> Props | None:
        """Gone without destinations."""
        answer = cloud.find(SERVICE, "DescribeLoggingConfiguration", FirewallArn=id_)
        configs = pick("LoggingConfiguration.LogDestinationConfigs", answer) or []
        if not configs:
            return None
        shown = [
            {
                "logType": one["LogType"],
                "logDestinationType": one["LogDestinationType"],
                "logDestination": dict(one["LogDestination"]),
            }
            for one in configs
        ]
        return {"firewallArn": id_, "loggingConfiguration": {"logDestinationConfigs": shown}}

    def update(self, cloud: Cloud, id_: str, old: Props, wanted: Wanted, changed: frozenset[str]) -> None:
        """One destination after another."""
        self._go(cloud, id_, _configs(cloud, wanted.props))

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """One destination after another; the firewall may be gone already."""
        if cloud.find(SERVICE, "DescribeLoggingConfiguration", FirewallArn=id_) is not None:
            self._go(cloud, id_, [])


def _configs(cloud: Cloud, props: Props) -> list[dict[str, Any]]:
    params = cloud.params(SERVICE, "UpdateLoggingConfiguration", props)
    return list(params["LoggingConfiguration"]["LogDestinationConfigs"])
