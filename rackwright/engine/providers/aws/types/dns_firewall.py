"""DNS firewall of the resolver, and the record of its questions."""

from __future__ import annotations

from typing import Any

from rackwright.engine.providers.aws.cloud import Cloud
from rackwright.engine.providers.aws.resource import Wanted, when_free
from rackwright.engine.providers.aws.shapes import Props, fixed
from rackwright.engine.providers.aws.types.declared import Calls, Declared, Tagging

MOST_DOMAINS = 1000
"""Names that one call takes."""


class _Resolver(Declared):
    service = "route53resolver"


class DomainList(_Resolver):
    """List of names, which are not part of its creation."""

    type_ = "aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList"
    autoname = "name"
    replaces = frozenset({"name"})
    computed = ("arn", "tagsAll")
    tagging = Tagging()
    calls = Calls("CreateFirewallDomainList", "GetFirewallDomainList", "DeleteFirewallDomainList")
    keys = ("FirewallDomainListId",)
    created = "FirewallDomainList.Id"
    found = "FirewallDomainList"
    listing = ("ListFirewallDomainLists", "FirewallDomainLists[?Name=='$name'].Id | [0]")

    def arrange(self, cloud: Cloud, id_: str, wanted: Wanted) -> None:
        """Replace the names with the first lot, add the others."""
        names = list(wanted.get("domains", []))
        for start in range(0, max(len(names), 1), MOST_DOMAINS):
            cloud.call(
                *(self.service, "UpdateFirewallDomains"),
                FirewallDomainListId=id_,
                Operation="ADD" if start else "REPLACE",
                Domains=names[start : start + MOST_DOMAINS],
            )

    def update(self, cloud: Cloud, id_: str, old: Props, wanted: Wanted, changed: frozenset[str]) -> None:
        """Tags as usual, names anew."""
        super().update(cloud, id_, old, wanted, changed)
        if "domains" in changed:
            self.arrange(cloud, id_, wanted)

    def outputs(self, cloud: Cloud, id_: str, item: dict[str, Any]) -> Props:
        """The names."""
        names: list[str] = []
        asked: dict[str, Any] = {"FirewallDomainListId": id_}
        while asked:
            page = cloud.call(self.service, "ListFirewallDomains", **asked)
            names += page.get("Domains") or []
            asked = {**asked, "NextToken": page["NextToken"]} if page.get("NextToken") else {}
        return {"domains": names}


class RuleGroup(_Resolver):
    """Group of rules."""

    type_ = "aws:route53/resolverFirewallRuleGroup:ResolverFirewallRuleGroup"
    autoname = "name"
    replaces = frozenset({"name"})
    computed = ("arn", "ownerId", "shareStatus", "tagsAll")
    tagging = Tagging()
    calls = Calls("CreateFirewallRuleGroup", "GetFirewallRuleGroup", "DeleteFirewallRuleGroup")
    keys = ("FirewallRuleGroupId",)
    created = "FirewallRuleGroup.Id"
    found = "FirewallRuleGroup"
    listing = ("ListFirewallRuleGroups", "FirewallRuleGroups[?Name=='$name'].Id | [0]")


class Rule(_Resolver):
    """One rule of a group; its id is made of group and list, as pulumi-aws makes it."""

    type_ = "aws:route53/resolverFirewallRule:ResolverFirewallRule"
    replaces = frozenset({"firewallRuleGroupId", "firewallDomainListId", "qType"})
    computed = ("firewallThreatProtectionId",)
    names = fixed({"Qtype": "qType"})
    delete_first = True
    calls = Calls("CreateFirewallRule", "ListFirewallRules", "DeleteFirewallRule", "UpdateFirewallRule")
    keys = ("FirewallRuleGroupId", "FirewallDomainListId")
    separator = ":"
    found = "FirewallRules[?FirewallDomainListId=='$FirewallDomainListId'] | [0]"

    def asked(self, id_: str, known: Props) -> dict[str, Any]:
        """Rules are listed by group."""
        del known
        return {"FirewallRuleGroupId": id_.partition(self.separator)[0]}


class RuleGroupAssociation(_Resolver):
    """A VPC's use of a rule group."""

    type_ = "aws:route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation"
    autoname = "name"
    replaces = frozenset({"firewallRuleGroupId", "vpcId"})
    computed = ("arn", "tagsAll")
    tagging = Tagging()
    calls = Calls(
        *("AssociateFirewallRuleGroup", "GetFirewallRuleGroupAssociation", "DisassociateFirewallRuleGroup"),
        update="UpdateFirewallRuleGroupAssociation",
    )
    keys = ("FirewallRuleGroupAssociationId",)
    created = "FirewallRuleGroupAssociation.Id"
    found = "FirewallRuleGroupAssociation"
    listing = ("ListFirewallRuleGroupAssociations", "FirewallRuleGroupAssociations[?Name=='$name'].Id | [0]")


class Config(_Resolver):
    """Whether names are answered while the firewall is not. Every VPC has one; deleting it restores the default."""

    type_ = "aws:route53/resolverFirewallConfig:ResolverFirewallConfig"
    replaces = frozenset({"resourceId"})
    computed = ("ownerId",)
    calls = Calls("UpdateFirewallConfig", "GetFirewallConfig", "UpdateFirewallConfig", "UpdateFirewallConfig")
    keys = ("ResourceId",)
    found = "FirewallConfig"
    created = "FirewallConfig.Id"

    def where(self, id_: str, known: Props) -> dict[str, Any]:
        """It goes by the VPC, not by its own id."""
        return {"ResourceId": known.get("resourceId")}

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """The default."""
        cloud.call(self.service, self.calls.delete, **self.where(id_, known), FirewallFailOpen="DISABLED")

    def find(self, cloud: Cloud, wanted: Wanted) -> str | None:
        """Setting it again is harmless, so nothing is looked for."""
        return None


class QueryLogConfig(_Resolver):
    """Where questions are recorded."""

    type_ = "aws:route53/resolverQueryLogConfig:ResolverQueryLogConfig"
    autoname = "name"
    replaces = frozenset({"name", "destinationArn"})
    computed = ("arn", "ownerId", "shareStatus", "tagsAll")
    tagging = Tagging()
    calls = Calls("CreateResolverQueryLogConfig", "GetResolverQueryLogConfig", "DeleteResolverQueryLogConfig")
    keys = ("ResolverQueryLogConfigId",)
    created = "ResolverQueryLogConfig.Id"
    found = "ResolverQueryLogConfig"
    listing = ("ListResolverQueryLogConfigs", "ResolverQueryLogConfigs[?Name=='$name'].Id | [0]")


class QueryLogConfigAssociation(_Resolver):
    """A VPC whose questions are recorded; the API ends it by configuration and VPC."""

    type_ = "aws:route53/resolverQueryLogConfigAssociation:ResolverQueryLogConfigAssociation"
    replaces = frozenset({"resolverQueryLogConfigId", "resourceId"})
    calls = Calls(
        *("AssociateResolverQueryLogConfig", "GetResolverQueryLogConfigAssociation"),
        "DisassociateResolverQueryLogConfig",
    )
    keys = ("ResolverQueryLogConfigAssociationId",)
    created = "ResolverQueryLogConfigAssociation.Id"
    found = "ResolverQueryLogConfigAssociation"
    listing = ("ListResolverQueryLogConfigAssociations", "ResolverQueryLogConfigAssociations[?$name].Id | [0]")

    def named(self, wanted: Wanted) -> str:
        """The pair that it joins."""
        pair = {"ResolverQueryLogConfigId": "resolverQueryLogConfigId", "ResourceId": "resourceId"}
        return " && ".join(f"{member}=='{wanted.get(name)}'" for member, name in pair.items())

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """End it."""
        pair = cloud.params(self.service, self.calls.delete, known)
        when_free(lambda: cloud.call(self.service, self.calls.delete, **pair))
