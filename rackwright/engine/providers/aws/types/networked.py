"""Types at the border of a network: who may cross, which names are answered, and encrypted ways in."""

from __future__ import annotations

from rackwright.engine.providers.aws.resource import Resource
from rackwright.engine.providers.aws.types import dns, dns_firewall, network_acls, network_firewall, transit, vpn

NETWORKED: tuple[type[Resource], ...] = (
    *(network_acls.NetworkAcl, network_acls.CidrReservation, dns.Zone, dns.Record),
    *(dns_firewall.DomainList, dns_firewall.RuleGroup, dns_firewall.Rule, dns_firewall.RuleGroupAssociation),
    *(dns_firewall.Config, dns_firewall.QueryLogConfig, dns_firewall.QueryLogConfigAssociation),
    *(vpn.CustomerGateway, vpn.VpnGateway, vpn.RoutePropagation, vpn.VpnConnection, vpn.VpnConnectionRoute),
    *(transit.VpcAttachment,),
    *(network_firewall.RuleGroup, network_firewall.FirewallPolicy, network_firewall.Firewall),
    *(network_firewall.LoggingConfiguration,),
    *(vpn.ClientVpnEndpoint, vpn.ClientVpnAssociation, vpn.ClientVpnAuthorization),
)
