"""The fabric of a site: subnets with their keys, partitions, and the networks beside it.

`policies.sources.fabric` makes these from the design before anything is built; a host that runs the subnet manager
reports the same shape of a subnet (`policies.subjects.parts.HostParts.subnetManager`), as far as its files tell it.
"""

from __future__ import annotations

from typing import NotRequired

from typing_extensions import TypedDict

SUBNET = "fabric:subnet"
PARTITION = "fabric:partition"
NETWORK = "fabric:network"


class Subnet(TypedDict):
    """Properties of ``fabric:subnet``: one InfiniBand subnet and its manager."""

    managementKey: bool
    """Management packets carry a secret key (M_Key)."""
    keyProtection: NotRequired[int]
    """M_Key protection level: 0 answers everybody, 1 hides the key, 2 answers key holders only, 3 likewise always."""
    keyLeaseSeconds: NotRequired[int]
    """0 for a lease that never ends."""
    managerKey: NotRequired[bool]
    """Subnet managers authenticate each other (SM_Key)."""
    enforcement: str
    """Where switches check partitions: ``both``, ``in``, ``out`` or ``off``."""
    defaultMembership: str
    """What a host is in the Default partition: ``limited`` or ``full``."""
    tenants: int
    """Partitions beside Default."""
    managers: list[str]
    """Hosts that may run the subnet manager."""
    files: NotRequired[dict[str, dict[str, str]]]
    """``opensm.conf`` and ``partitions.conf``: owner, group, mode."""


class Partition(TypedDict):
    """Properties of ``fabric:partition``: one tenant's key."""

    pkey: int
    """15 bits, without the membership bit."""
    hosts: list[str]
    """Full members."""
    limited: list[str]
    """Members that reach full members only."""


class Network(TypedDict):
    """Properties of ``fabric:network``: a network of the site."""

    purpose: str
    """``compute``, ``storage``, ``in-band`` or ``out-of-band``."""
    switches: list[str]
    """Switches that carry it; a switch on two lists joins two networks."""
    cidr: NotRequired[str | None]
    routed: NotRequired[bool]
    """Other networks can reach it without passing a gateway that people log in to."""
