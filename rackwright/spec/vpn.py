"""Encrypted ways into the cluster from elsewhere."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from rackwright.spec.base import Arn, Cidr, SpecModel


class Vpn(SpecModel):
    """Encrypted way from another network, or from the machines of single people, into the cluster."""

    kind: Literal["site-to-site", "client", "both"] = "site-to-site"
    """Between two networks, from the machines of single people, or both."""
    peer_address: str | None = None
    """Public address of the other end (site-to-site)."""
    peer_asn: Annotated[int, Field(ge=1, le=4294967294)] = 65000
    """Autonomous system number of the other end (site-to-site)."""
    remote_cidrs: tuple[Cidr, ...] = ()
    """Networks behind the other end (site-to-site)."""
    routing: Literal["bgp", "static"] = "bgp"
    """How the two ends learn each other's networks (site-to-site); static takes `remote_cidrs`."""
    transit_gateway: Annotated[str, Field(pattern=r"^tgw-[0-9a-f]{8,17}$")] | None = None
    """Existing transit gateway that carries the tunnels; None makes a virtual private gateway (site-to-site)."""
    client_cidr: Cidr | None = None
    """Addresses that clients get (client)."""
    server_certificate: Arn | None = None
    """Certificate that the endpoint shows, in ACM (client)."""
    client_ca: Arn | None = None
    """Certificate chain in ACM that signs the clients' own certificates (client)."""
    saml_provider: Arn | None = None
    """Identity provider in IAM that asks people for their password and second factor (client)."""
    directory: Annotated[str, Field(pattern=r"^d-[0-9a-f]{10}$")] | None = None
    """Directory that asks people for their password and second factor, in place of `saml_provider` (client)."""
    admitted_groups: tuple[str, ...] = ()
    """Groups of the identity provider or directory that may connect; empty admits everybody it knows (client)."""
    session_hours: Literal[8, 10, 12, 24] = 8
    """People sign in again after this many hours (client)."""
    split_tunnel: bool = True
    """Only traffic for the cluster takes the tunnel (client)."""

    @property
    def serves_sites(self) -> bool:
        """Whether it joins two networks."""
        return self.kind in {"site-to-site", "both"}

    @property
    def serves_clients(self) -> bool:
        """Whether it lets single people in."""
        return self.kind in {"client", "both"}
