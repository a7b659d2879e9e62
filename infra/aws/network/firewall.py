"""AWS Network Firewall in front of the NAT gateways."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_aws as aws
from pulumi_aws.networkfirewall.outputs import FirewallFirewallStatus

CAPACITY = 1000
"""Rules that the group may ever hold; it cannot be changed, and one domain takes one rule for each protocol.
Source: AWS Network Firewall Developer Guide, "Setting rule group capacity"."""


class Firewall(pulumi.ComponentResource):
    """Lets out TLS and HTTP to the allowed domains, and drops every other new connection to the internet.

    One endpoint in each zone, encrypted with the cluster's key, alerts and flows written to a log group.
    Source: AWS Network Firewall Developer Guide, "Stateful domain list rule groups" and "Strict evaluation order".
    """

    endpoint_ids: dict[str, pulumi.Output[str]]
    """Zone id -> VPC endpoint that routes lead to."""

    def __init__(
        self,
        name: str,
        *,
        cidr: str,
        vpc_id: pulumi.Input[str],
        subnet_ids: Mapping[str, pulumi.Input[str]],
        domains: Sequence[str],
        key_arn: pulumi.Input[str],
        log_group: pulumi.Input[str],
        tags: Mapping[str, str],
        protect: bool,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("rackwright:aws:Firewall", name, None, opts)
        self._prefix, self._tags, self._child = name, tags, pulumi.ResourceOptions(parent=self)
        self._key = {"type": "CUSTOMER_KMS", "key_id": key_arn}
        policy = self._declare_policy(self._declare_domains(cidr, domains))
        firewall = aws.networkfirewall.Firewall(
            name,
            name=name,
            firewall_policy_arn=policy,
            vpc_id=vpc_id,
            subnet_mappings=[
                aws.networkfirewall.FirewallSubnetMappingArgs(subnet_id=subnet_ids[zone]) for zone in subnet_ids
            ],
            delete_protection=protect,
            encryption_configuration=aws.networkfirewall.FirewallEncryptionConfigurationArgs(**self._key),
            tags={**tags, "Name": name},
            opts=self._child,
        )
        self._record(firewall.arn, log_group)
        endpoints = firewall.firewall_statuses.apply(endpoints_of)
        self.endpoint_ids = {
            zone: pulumi.Output.all(endpoints, subnet).apply(lambda both: str(both[0][both[1]]))
            for zone, subnet in subnet_ids.items()
        }
        self.register_outputs({})

    def _declare_domains(self, cidr: str, domains: Sequence[str]) -> pulumi.Output[str]:
        """Allowed domains, asked of the TLS greeting and the HTTP host; ``.x`` means x and everything below."""
        wanted = sorted({f".{domain.removeprefix('*.')}" for domain in domains})
        source = aws.networkfirewall.RuleGroupRuleGroupRulesSourceArgs(
            rules_source_list=aws.networkfirewall.RuleGroupRuleGroupRulesSourceRulesSourceListArgs(
                generated_rules_type="ALLOWLIST", target_types=["TLS_SNI", "HTTP_HOST"], targets=wanted
            )
        )
        home = aws.networkfirewall.RuleGroupRuleGroupRuleVariablesIpSetArgs(
            key="HOME_NET", ip_set=aws.networkfirewall.RuleGroupRuleGroupRuleVariablesIpSetIpSetArgs(definitions=[cidr])
        )
        return aws.networkfirewall.RuleGroup(
            f"{self._prefix}-domains",
            name=f"{self._prefix}-domains",
            type="STATEFUL",
            capacity=CAPACITY,
            rule_group=aws.networkfirewall.RuleGroupRuleGroupArgs(
                rules_source=source,
                rule_variables=aws.networkfirewall.RuleGroupRuleGroupRuleVariablesArgs(ip_sets=[home]),
                stateful_rule_options=aws.networkfirewall.RuleGroupRuleGroupStatefulRuleOptionsArgs(
                    rule_order="STRICT_ORDER"
                ),
            ),
            encryption_configuration=aws.networkfirewall.RuleGroupEncryptionConfigurationArgs(**self._key),
            tags=self._tags,
            opts=self._child,
        ).arn

    def _declare_policy(self, domains: pulumi.Output[str]) -> pulumi.Output[str]:
        reference = aws.networkfirewall.FirewallPolicyFirewallPolicyStatefulRuleGroupReferenceArgs(
            resource_arn=domains, priority=1
        )
        return aws.networkfirewall.FirewallPolicy(
            self._prefix,
            name=self._prefix,
            firewall_policy=aws.networkfirewall.FirewallPolicyFirewallPolicyArgs(
                stateless_default_actions=["aws:forward_to_sfe"],
                stateless_fragment_default_actions=["aws:forward_to_sfe"],
                stateful_engine_options=aws.networkfirewall.FirewallPolicyFirewallPolicyStatefulEngineOptionsArgs(
                    rule_order="STRICT_ORDER", stream_exception_policy="REJECT"
                ),
                stateful_default_actions=["aws:drop_established", "aws:alert_established"],
                stateful_rule_group_references=[reference],
            ),
            encryption_configuration=aws.networkfirewall.FirewallPolicyEncryptionConfigurationArgs(**self._key),
            tags=self._tags,
            opts=self._child,
        ).arn

    def _record(self, firewall: pulumi.Output[str], log_group: pulumi.Input[str]) -> None:
        configs = [
            aws.networkfirewall.LoggingConfigurationLoggingConfigurationLogDestinationConfigArgs(
                log_destination_type="CloudWatchLogs", log_type=kind, log_destination={"logGroup": log_group}
            )
            for kind in ("ALERT", "FLOW")
        ]
        aws.networkfirewall.LoggingConfiguration(
            self._prefix,
            firewall_arn=firewall,
            logging_configuration=aws.networkfirewall.LoggingConfigurationLoggingConfigurationArgs(
                log_destination_configs=configs
            ),
            opts=self._child,
        )


def endpoints_of(statuses: Sequence[FirewallFirewallStatus]) -> dict[str, str]:
    """Subnet -> VPC endpoint of a firewall, from its status."""
    attachments = (one for status in statuses for state in status.sync_states or [] for one in state.attachments or [])
    return {str(one.subnet_id): str(one.endpoint_id) for one in attachments}
