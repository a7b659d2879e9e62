"""The network of a cluster: what the spec says, what the storage needs, and the names that nodes may ask for."""

from __future__ import annotations

from rackwright.design.domains import domains_of
from rackwright.design.endpoints import interface_endpoints
from rackwright.design.model import ClientVpn, Network, SiteVpn, Subnet
from rackwright.design.needs import zones_of
from rackwright.spec.cluster import ClusterSpec
from rackwright.spec.vpn import Vpn

ZONE_SUFFIX = "internal"
"""Reserved for private use, so that it never clashes with a name of the internet.
Source: ICANN Board resolution 2024.07.29.06, https://www.icann.org/en/board-activities-and-meetings."""


def network_of(spec: ClusterSpec, subnets: tuple[Subnet, ...]) -> Network:
    """Network of the design, given its subnets. A site of one's own has no endpoints, firewalls or zones of AWS."""
    wanted = spec.network
    plain = Network(
        cidr=wanted.cidr,
        zone_ids=zones_of(spec),
        subnets=subnets,
        allowed_admin_cidrs=wanted.allowed_admin_cidrs,
        internet_egress=wanted.internet_egress,
        nat_per_zone=wanted.nat_per_zone,
        flow_logs=wanted.flow_logs,
        peer_cidrs=wanted.peer_cidrs,
        remote_cidrs=wanted.vpn.remote_cidrs if wanted.vpn else (),
    )
    if spec.target.kind == "on-prem":
        return plain
    return plain.model_copy(
        update={
            "gateway_endpoints": wanted.gateway_endpoints,
            "interface_endpoints": interface_endpoints(spec),
            "site_vpn": _site_vpn(wanted.vpn),
            "client_vpn": _client_vpn(wanted.vpn),
            "dns_zone": zone_of(spec),
            "dns_firewall": wanted.dns_firewall,
            "firewall": wanted.firewall,
            "allowed_domains": domains_of(spec, zone_of(spec)),
        }
    )


def zone_of(spec: ClusterSpec) -> str:
    """Name of the private zone."""
    return spec.network.dns_zone or f"{spec.name}.{ZONE_SUFFIX}"


def _site_vpn(vpn: Vpn | None) -> SiteVpn | None:
    if vpn is None or not vpn.serves_sites or vpn.peer_address is None:
        return None
    return SiteVpn(
        peer_address=vpn.peer_address,
        peer_asn=vpn.peer_asn,
        static=vpn.routing == "static",
        transit_gateway=vpn.transit_gateway,
    )


def _client_vpn(vpn: Vpn | None) -> ClientVpn | None:
    """None also where preflight will say what is missing."""
    if vpn is None or not vpn.serves_clients or vpn.client_cidr is None or vpn.server_certificate is None:
        return None
    return ClientVpn(
        cidr=vpn.client_cidr,
        server_certificate=vpn.server_certificate,
        client_ca=vpn.client_ca,
        saml_provider=vpn.saml_provider,
        directory=vpn.directory,
        admitted_groups=vpn.admitted_groups,
        session_hours=vpn.session_hours,
        split_tunnel=vpn.split_tunnel,
    )
