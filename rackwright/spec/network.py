"""Addresses, ways in and out, and the GPU fabric of a site."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, PositiveInt

from rackwright.spec.base import Cidr, Name, SpecModel
from rackwright.spec.vpn import Vpn
from rackwright.units import Gbps, Metres

Domain = Annotated[
    str, Field(pattern=r"^(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$", examples=["*.example.org"])
]
"""A domain name; ``*.`` in front means everything below it."""


class NetworkSpec(SpecModel):
    """The cluster's own network."""

    cidr: Cidr
    """Every subnet is cut from this network."""
    allowed_admin_cidrs: tuple[Cidr, ...] = ()
    """Networks that may reach the login and head nodes by ssh."""
    vpn: Vpn | None = None
    """Way in from another network."""
    peer_cidrs: tuple[Cidr, ...] = ()
    """Networks that are routed to this one (peering, transit gateway); must not overlap."""
    internet_egress: bool = True
    """Whether nodes reach the internet (through NAT); False needs an air-gapped software set."""
    gateway_endpoints: tuple[str, ...] = ("dynamodb", "s3")
    """AWS services that are reached through a gateway endpoint."""
    interface_endpoints: tuple[str, ...] = (
        *("ec2", "ecr.api", "ecr.dkr", "elasticfilesystem", "fsx", "kms", "logs", "ssm", "ssmmessages", "sts"),
    )
    """AWS services that are reached through an interface endpoint."""
    nat_per_zone: bool = False
    """One NAT gateway per zone instead of one for all."""
    flow_logs: bool = True
    """Record who talked to whom, in an encrypted bucket."""
    dns_zone: Domain | None = None
    """Private zone with the names of head nodes, login nodes and file systems; None takes ``<cluster>.internal``."""
    dns_firewall: Literal["off", "alert", "block"] = "alert"
    """What happens to questions for names outside the allowed domains: nothing, a record, or no answer."""
    firewall: bool = False
    """Traffic to the internet passes AWS Network Firewall, which lets out TLS and HTTP to the allowed domains only."""
    allowed_domains: tuple[Domain, ...] = ()
    """Domains that nodes may ask for and reach beside those that the cluster itself needs."""
    mtu: Annotated[int, Field(ge=1280, le=9216)] = 9001
    """Largest packet on the Ethernet network."""
    ntp_servers: tuple[str, ...] = ()
    """Time sources; empty means the provider's own."""


class Tenant(SpecModel):
    """A group of pools that share an InfiniBand partition."""

    pkey: Annotated[str, Field(pattern=r"^0x[0-9a-fA-F]{1,4}$", examples=["0x8001"])]
    """Partition key; the top bit says full membership."""
    pools: tuple[Name, ...]
    """Pools whose ports are full members."""


class FabricSpec(SpecModel):
    """The GPU fabric of a site; on AWS the fabric is EFA and needs no description."""

    kind: Literal["infiniband", "roce"] = "infiniband"
    """What the switches and adapters speak."""
    switch: str = "qm9700"
    """Catalog name of the leaf and spine switch."""
    topology: Literal["rail-optimised", "fat-tree"] = "rail-optimised"
    """How leaves are shared: one rail each, or mixed."""
    nodes_per_unit: PositiveInt | None = None
    """Nodes in one scalable unit; None takes what the switch allows."""
    oversubscription: Annotated[float, Field(ge=1, le=8)] = 1.0
    """Downlinks for each uplink of a leaf; 1 is non-blocking."""
    min_bandwidth: Gbps | None = None
    """Fabric bandwidth that every GPU node must bring, one direction."""
    ufm: bool = True
    """A UFM appliance runs the subnet and takes ports of the fabric."""
    sharp: bool = False
    """Reductions in the switches."""
    adaptive_routing: bool = True
    """Switches spread flows over equal paths."""
    tenants: Mapping[Name, Tenant] = {}
    """Partitions; empty means one for all."""
    management_key: bool = True
    """Subnet management packets carry a secret key (M_Key)."""
    ipoib: Cidr | None = None
    """Network of IP over InfiniBand, at least as large as the cluster's; a node keeps its place in it."""
    port_guids: Mapping[str, Annotated[str, Field(pattern=r"^0x[0-9a-fA-F]{16}$")]] = {}
    """Port GUID of each adapter by its description (``node0001 mlx5_0``), as discovered; partitions need them."""
    max_cable: Metres = 50.0
    """Longest cable that may be ordered."""
