"""Encrypted ways in: tunnels to another network, and an endpoint for single people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
import pulumi_aws as aws

from rackwright.design.model import ClientVpn, SiteVpn

CIPHERS = {
    "ike_versions": ["ikev2"],
    "phase1_encryption_algorithms": ["AES256-GCM-16"],
    "phase2_encryption_algorithms": ["AES256-GCM-16"],
    "phase1_integrity_algorithms": ["SHA2-384"],
    "phase2_integrity_algorithms": ["SHA2-384"],
    "phase1_dh_group_numbers": [20],
    "phase2_dh_group_numbers": [20],
}
"""What both tunnels insist on; AWS's defaults also take AES-128, SHA-1 and Diffie-Hellman group 2.
Source: NSA, "Commercial National Security Algorithm Suite 1.0" (AES-256, SHA-384, P-384), and AWS Site-to-Site VPN
User Guide, "Tunnel options for your AWS Site-to-Site VPN connection"."""


class SiteTunnels(pulumi.ComponentResource):
    """Customer gateway, the gateway on our side, and a connection of two tunnels with strong ciphers only.

    AWS makes the pre-shared keys and keeps them in Secrets Manager, so that they are in no state and no log.
    Source: AWS Site-to-Site VPN User Guide, "Enhanced security features using Secrets Manager".
    """

    connection_id: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        vpn: SiteVpn,
        remote_cidrs: Sequence[str],
        vpc_id: pulumi.Input[str],
        subnet_ids: Sequence[pulumi.Input[str]],
        table_ids: Sequence[pulumi.Input[str]],
        log_group_arn: pulumi.Input[str],
        tags: Mapping[str, str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("rackwright:aws:SiteTunnels", name, None, opts)
        self._prefix, self._tags, self._child = name, tags, pulumi.ResourceOptions(parent=self)
        customer = aws.ec2.CustomerGateway(
            name,
            bgp_asn=str(vpn.peer_asn),
            ip_address=vpn.peer_address,
            type="ipsec.1",
            tags={**tags, "Name": name},
            opts=self._child,
        )
        if vpn.transit_gateway is None:
            ours: dict[str, Any] = {"vpn_gateway_id": self._declare_gateway(vpc_id, table_ids)}
        else:
            self._attach(vpn.transit_gateway, vpc_id, subnet_ids, remote_cidrs, table_ids)
            ours = {"transit_gateway_id": vpn.transit_gateway}
        connection = aws.ec2.VpnConnection(
            name,
            customer_gateway_id=customer.id,
            type="ipsec.1",
            static_routes_only=vpn.static,
            preshared_key_storage="SecretsManager",
            tags={**tags, "Name": name},
            opts=self._child,
            **ours,
            **_tunnels(log_group_arn),
        )
        self.connection_id = connection.id
        self._declare_static(vpn, remote_cidrs)
        self.register_outputs({"connection_id": self.connection_id})

    def _declare_gateway(self, vpc_id: pulumi.Input[str], table_ids: Sequence[pulumi.Input[str]]) -> pulumi.Output[str]:
        gateway = aws.ec2.VpnGateway(
            self._prefix, vpc_id=vpc_id, tags={**self._tags, "Name": self._prefix}, opts=self._child
        )
        for index, table in enumerate(table_ids):
            aws.ec2.VpnGatewayRoutePropagation(
                f"{self._prefix}-{index}", vpn_gateway_id=gateway.id, route_table_id=table, opts=self._child
            )
        return gateway.id

    def _attach(
        self,
        transit: str,
        vpc_id: pulumi.Input[str],
        subnet_ids: Sequence[pulumi.Input[str]],
        remote_cidrs: Sequence[str],
        table_ids: Sequence[pulumi.Input[str]],
    ) -> None:
        attachment = aws.ec2transitgateway.VpcAttachment(
            self._prefix,
            transit_gateway_id=transit,
            vpc_id=vpc_id,
            subnet_ids=list(subnet_ids),
            tags={**self._tags, "Name": self._prefix},
            opts=self._child,
        )
        attached = pulumi.ResourceOptions(parent=self, depends_on=[attachment])
        for index, table in enumerate(table_ids):
            for cidr in remote_cidrs:
                aws.ec2.Route(
                    f"{self._prefix}-{index}-{cidr.replace('/', '-')}",
                    route_table_id=table,
                    destination_cidr_block=cidr,
                    transit_gateway_id=transit,
                    opts=attached,
                )

    def _declare_static(self, vpn: SiteVpn, remote_cidrs: Sequence[str]) -> None:
        """Networks of the other end; a transit gateway keeps its own routes."""
        for cidr in remote_cidrs if vpn.static and vpn.transit_gateway is None else ():
            aws.ec2.VpnConnectionRoute(
                f"{self._prefix}-{cidr.replace('/', '-')}",
                vpn_connection_id=self.connection_id,
                destination_cidr_block=cidr,
                opts=self._child,
            )


def _tunnels(log_group_arn: pulumi.Input[str]) -> dict[str, Any]:
    """Options of both tunnels: ciphers, and a record of every negotiation."""
    found: dict[str, Any] = {}
    for tunnel in ("tunnel1", "tunnel2"):
        found |= {f"{tunnel}_{option}": value for option, value in CIPHERS.items()}
        logged = {"log_enabled": True, "log_group_arn": log_group_arn, "log_output_format": "json"}
        found[f"{tunnel}_log_options"] = {"cloudwatch_log_options": logged}
    return found


class ClientEndpoint(pulumi.ComponentResource):
    """Client VPN: the client's certificate first, then the identity provider or directory, which asks for the factor.

    AWS combines certificates with one way of asking people; the second factor is the provider's to ask for. Only the
    cluster's own network can be reached through it, and every connection is recorded.
    Source: AWS Client VPN Administrator Guide, "Client authentication" and "Authorization rules".
    """

    endpoint_id: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        vpn: ClientVpn,
        cidr: str,
        vpc_id: pulumi.Input[str],
        subnet_ids: Sequence[pulumi.Input[str]],
        log_group: pulumi.Input[str],
        tags: Mapping[str, str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("rackwright:aws:ClientEndpoint", name, None, opts)
        self._prefix, self._child = name, pulumi.ResourceOptions(parent=self)
        endpoint = aws.ec2clientvpn.Endpoint(
            name,
            description=f"Clients of {name}",
            client_cidr_block=vpn.cidr,
            server_certificate_arn=vpn.server_certificate,
            authentication_options=authentication(vpn),
            connection_log_options=aws.ec2clientvpn.EndpointConnectionLogOptionsArgs(
                enabled=True, cloudwatch_log_group=log_group
            ),
            vpc_id=vpc_id,
            security_group_ids=[self._declare_group(vpc_id, cidr, tags)],
            split_tunnel=vpn.split_tunnel,
            session_timeout_hours=vpn.session_hours,
            disconnect_on_session_timeout=True,
            transport_protocol="udp",
            vpn_port=443,
            tags={**tags, "Name": name},
            opts=self._child,
        )
        self.endpoint_id = endpoint.id
        for index, subnet in enumerate(subnet_ids):
            aws.ec2clientvpn.NetworkAssociation(
                f"{name}-{index}", client_vpn_endpoint_id=endpoint.id, subnet_id=subnet, opts=self._child
            )
        self._admit(vpn, cidr)
        self.register_outputs({"endpoint_id": self.endpoint_id})

    def _declare_group(self, vpc_id: pulumi.Input[str], cidr: str, tags: Mapping[str, str]) -> pulumi.Output[str]:
        """What clients may reach, once they are in: the cluster."""
        group = aws.ec2.SecurityGroup(
            f"{self._prefix}-clients",
            vpc_id=vpc_id,
            description="Clients of the VPN",
            tags={**tags, "Name": f"{self._prefix}-clients"},
            opts=self._child,
        )
        aws.vpc.SecurityGroupEgressRule(
            f"{self._prefix}-clients-out",
            security_group_id=group.id,
            description="The cluster",
            cidr_ipv4=cidr,
            ip_protocol="-1",
            opts=self._child,
        )
        return group.id

    def _admit(self, vpn: ClientVpn, cidr: str) -> None:
        for index, group in enumerate(vpn.admitted_groups or (None,)):
            aws.ec2clientvpn.AuthorizationRule(
                f"{self._prefix}-{index}",
                client_vpn_endpoint_id=self.endpoint_id,
                target_network_cidr=cidr,
                access_group_id=group,
                authorize_all_groups=True if group is None else None,
                opts=self._child,
            )


def authentication(vpn: ClientVpn) -> list[aws.ec2clientvpn.EndpointAuthenticationOptionArgs]:
    """Ways in which a client proves itself; all of them are asked for."""
    option = aws.ec2clientvpn.EndpointAuthenticationOptionArgs
    found = []
    if vpn.client_ca:
        found.append(option(type="certificate-authentication", root_certificate_chain_arn=vpn.client_ca))
    if vpn.saml_provider:
        found.append(option(type="federated-authentication", saml_provider_arn=vpn.saml_provider))
    elif vpn.directory:
        found.append(option(type="directory-service-authentication", active_directory_id=vpn.directory))
    return found
