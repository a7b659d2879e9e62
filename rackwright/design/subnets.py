"""Cuts the cluster's network into subnets, each as large as what lives in it needs. Pure and deterministic.

Blocks are powers of two and are laid out largest first, which leaves no gap between them and keeps every block on its
own boundary.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Literal

from rackwright.design.model import Subnet
from rackwright.diagnostics import InputError

RESERVED = 5
"""Addresses that AWS keeps back in every subnet.
Source: https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html, read 2026-11-21."""

SMALLEST_PREFIX = 28
"""AWS accepts subnets from /28 (16 addresses) to /16. Source: as above."""

LARGEST_PREFIX = 16

Tier = Literal["public", "private", "gpu", "isolated", "firewall"]


@dataclass(frozen=True, slots=True)
class Need:
    """Addresses that one tier needs in one zone."""

    tier: Tier
    zone_id: str
    addresses: int

    @property
    def name(self) -> str:
        """Name of the subnet."""
        return f"{self.tier}-{self.zone_id}"

    @property
    def prefix(self) -> int:
        """Length of the prefix of the smallest legal subnet with room for it."""
        bits = (max(self.addresses, 1) + RESERVED - 1).bit_length()
        return min(32 - bits, SMALLEST_PREFIX)


ROOMY_BITS = 8
"""Our choice: where the network has room, a subnet gets at least 1/256 of it (a /24 of a /16), so that a pool can grow
without its subnet being replaced."""


def cut(cidr: str, needs: Sequence[Need], *, where: str | None = None) -> tuple[Subnet, ...]:
    """Subnets for `needs` inside `cidr`, in the order of `needs`. InputError when they do not fit.

    GPU subnets get the upper half of the network and all others the lower half, so that a growing GPU pool does not
    move the others; where that does not fit, the whole network is shared, with no more room than is needed.
    """
    network = IPv4Network(cidr)
    _refuse_too_large(needs, where)
    roomy = min(network.prefixlen + ROOMY_BITS, SMALLEST_PREFIX)
    for least in (roomy, SMALLEST_PREFIX):
        placed = _in_halves(network, needs, least)
        if placed is not None:
            return tuple(_subnet(need, placed[need.name]) for need in needs)
    placed = _pack(network, needs, SMALLEST_PREFIX)
    if placed is None:
        raise _too_small(network, needs, where)
    return tuple(_subnet(need, placed[need.name]) for need in needs)


def _in_halves(network: IPv4Network, needs: Sequence[Need], least: int) -> dict[str, IPv4Network] | None:
    if network.prefixlen >= SMALLEST_PREFIX:
        return None
    lower, upper = network.subnets(prefixlen_diff=1)
    others = _pack(lower, [need for need in needs if need.tier != "gpu"], least)
    gpu = _pack(upper, [need for need in needs if need.tier == "gpu"], least)
    return None if others is None or gpu is None else {**others, **gpu}


def _pack(network: IPv4Network, needs: Sequence[Need], least: int) -> dict[str, IPv4Network] | None:
    """Blocks of at least /`least`, largest first; None when they do not fit."""
    if any(need.prefix < network.prefixlen for need in needs):
        return None
    cursor = int(network.network_address)
    placed: dict[str, IPv4Network] = {}
    for need in sorted(needs, key=lambda need: min(need.prefix, least)):
        block = IPv4Network((cursor, min(need.prefix, least)))
        placed[need.name] = block
        cursor += block.num_addresses
    return placed if cursor <= int(network.broadcast_address) + 1 else None


def _subnet(need: Need, block: IPv4Network) -> Subnet:
    usable = block.num_addresses - RESERVED
    return Subnet(name=need.name, tier=need.tier, zone_id=need.zone_id, cidr=str(block), usable_addresses=usable)


def _refuse_too_large(needs: Sequence[Need], where: str | None) -> None:
    for need in needs:
        if need.prefix < LARGEST_PREFIX:
            raise InputError(
                f"subnet {need.name} needs {need.addresses} addresses, a subnet has at most "
                f"{2 ** (32 - LARGEST_PREFIX) - RESERVED}",
                where=where,
                hint="use nic_layout: ip-optimised, or split the pool over zones",
            )


def _too_small(network: IPv4Network, needs: Sequence[Need], where: str | None) -> InputError:
    total = sum(2 ** (32 - need.prefix) for need in needs)
    fitting = 32 - (total - 1).bit_length()
    listed = ", ".join(f"{need.name} /{need.prefix}" for need in needs)
    return InputError(
        f"network {network} has {network.num_addresses} addresses, the cluster needs {total} ({listed})",
        where=where,
        hint=f"use a /{fitting} or larger, or nic_layout: ip-optimised",
    )
