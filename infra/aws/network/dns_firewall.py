"""Which names the nodes may ask for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import pulumi
import pulumi_aws as aws

ALLOW_PRIORITY, REST_PRIORITY = 100, 200
"""The lower number is asked first."""
ASSOCIATION_PRIORITY = 101
"""AWS keeps 100 and below, and 9900 and above, for itself: AssociateFirewallRuleGroup, `Priority`."""


class DnsFirewall(pulumi.ComponentResource):
    """Route 53 Resolver DNS Firewall: allowed domains pass, all others are told or refused, all questions are recorded.

    It fails closed: while the firewall cannot answer, names cannot be resolved.
    Source: Route 53 Developer Guide, "Using DNS Firewall to filter outbound DNS traffic".
    """

    def __init__(
        self,
        name: str,
        *,
        vpc_id: pulumi.Input[str],
        mode: Literal["alert", "block"],
        domains: Sequence[str],
        log_destination: pulumi.Input[str],
        tags: Mapping[str, str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("rackwright:aws:DnsFirewall", name, None, opts)
        self._prefix, self._tags = name, tags
        self._child = pulumi.ResourceOptions(parent=self)
        group = aws.route53.ResolverFirewallRuleGroup(name, name=name, tags=tags, opts=self._child)
        allowed = self._declare_rule(group.id, "allowed", domains, ALLOW_PRIORITY, "ALLOW")
        rest = self._declare_rule(group.id, "rest", ("*",), REST_PRIORITY, mode.upper())
        aws.route53.ResolverFirewallRuleGroupAssociation(
            name,
            name=name,
            firewall_rule_group_id=group.id,
            vpc_id=vpc_id,
            priority=ASSOCIATION_PRIORITY,
            mutation_protection="DISABLED",
            tags=tags,
            # Before its rules are there the group lets everything pass, or with the last rule alone nothing.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[allowed, rest]),
        )
        aws.route53.ResolverFirewallConfig(name, resource_id=vpc_id, firewall_fail_open="DISABLED", opts=self._child)
        self._record(vpc_id, log_destination)
        self.register_outputs({})

    def _declare_rule(
        self, group: pulumi.Output[str], label: str, domains: Sequence[str], priority: int, action: str
    ) -> pulumi.Resource:
        name = f"{self._prefix}-{label}"
        listed = aws.route53.ResolverFirewallDomainList(
            name, name=name, domains=list(domains), tags=self._tags, opts=self._child
        )
        return aws.route53.ResolverFirewallRule(
            name,
            name=name,
            firewall_rule_group_id=group,
            firewall_domain_list_id=listed.id,
            priority=priority,
            action=action,
            block_response="NXDOMAIN" if action == "BLOCK" else None,
            opts=self._child,
        )

    def _record(self, vpc_id: pulumi.Input[str], destination: pulumi.Input[str]) -> None:
        config = aws.route53.ResolverQueryLogConfig(
            self._prefix, name=self._prefix, destination_arn=destination, tags=self._tags, opts=self._child
        )
        aws.route53.ResolverQueryLogConfigAssociation(
            self._prefix, resolver_query_log_config_id=config.id, resource_id=vpc_id, opts=self._child
        )
