"""Network ACLs: what may cross the border of each tier, whatever the security groups say. Pure.

An ACL knows no connections, so answers to what the nodes asked must be let in again on the ephemeral ports, without
those that remote administration uses. What no rule allows is refused.
Source: AWS VPC User Guide, "Custom network ACLs" and "Ephemeral ports"; CIS AWS Foundations Benchmark 5.1.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import NamedTuple

from rackwright.design.model import Network

ANYWHERE = "0.0.0.0/0"
ANY_PROTOCOL, TCP, UDP = "-1", "6", "17"
"""Protocols as the API numbers them."""

EPHEMERAL = ((1024, 3388), (3390, 65535))
"""Ports that answers come back to, without the one administration port among them (3389, remote desktop): Linux gives
out ports from 32768 on, but a NAT gateway uses all above 1023. Source: AWS VPC User Guide, "Ephemeral ports"."""

SSH = (22, 22)

MOST_RULES = 20
"""Rules of one direction that an ACL holds unless the quota was raised.
Source: https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html, read 2026-11-21."""

STEP = 10
"""Distance between rule numbers, so that a person can put one between two (our choice)."""


class AclRule(NamedTuple):
    """One line of a network ACL that lets something pass."""

    number: int
    protocol: str
    cidr: str
    first_port: int
    """0 with `last_port` 0 where the protocol is any."""
    last_port: int


class Acl(NamedTuple):
    """Network ACL of one tier."""

    tier: str
    subnets: tuple[str, ...]
    """Names of the subnets that it guards."""
    ingress: tuple[AclRule, ...]
    egress: tuple[AclRule, ...]


def acls_of(network: Network) -> tuple[Acl, ...]:
    """One ACL for each tier that has subnets, in the order of the subnets."""
    tiers = dict.fromkeys(subnet.tier for subnet in network.subnets)
    return tuple(_acl(network, tier) for tier in tiers)


def _acl(network: Network, tier: str) -> Acl:
    names = tuple(subnet.name for subnet in network.subnets if subnet.tier == tier)
    known = _numbered(_whole(cidr) for cidr in _known(network))
    if tier == "isolated":
        return Acl(tier, names, known, known)
    admins = _admins(network) if tier == "public" else ()
    answers = _answers() if network.internet_egress else ()
    inward = _numbered(chain((_whole(cidr) for cidr in _known(network)), admins, answers))
    outward = _numbered([_whole(ANYWHERE)]) if network.internet_egress or admins else known
    return Acl(tier, names, inward, outward)


def _known(network: Network) -> Sequence[str]:
    """The cluster itself and the networks that are routed to it."""
    return tuple(dict.fromkeys((network.cidr, *network.peer_cidrs, *network.remote_cidrs)))


def _admins(network: Network) -> Iterable[AclRule]:
    return (AclRule(0, TCP, cidr, *SSH) for cidr in network.allowed_admin_cidrs)


def _answers() -> Iterable[AclRule]:
    """Answers from the internet."""
    return (AclRule(0, protocol, ANYWHERE, *ports) for protocol in (TCP, UDP) for ports in EPHEMERAL)


def _whole(cidr: str) -> AclRule:
    return AclRule(0, ANY_PROTOCOL, cidr, 0, 0)


def _numbered(rules: Iterable[AclRule]) -> tuple[AclRule, ...]:
    return tuple(rule._replace(number=100 + STEP * index) for index, rule in enumerate(rules))
