"""Addresses, ways in and out."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network

from rackwright.design.cluster import design_cluster
from rackwright.diagnostics import InputError
from rackwright.preflight.rule import Fault, rule
from rackwright.preflight.view import View

SMALLEST_VPC, LARGEST_VPC = 28, 16


@rule("RW-NET-001")
def network_has_a_legal_size(view: View) -> Iterator[Fault]:
    """The network's size is one that a VPC can have.

    A VPC takes IPv4 blocks from /16 (65,536 addresses) to /28 (16 addresses).

    Source: https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html
    """
    length = IPv4Network(view.spec.network.cidr).prefixlen
    if view.on_aws and not LARGEST_VPC <= length <= SMALLEST_VPC:
        yield Fault(
            ("network", "cidr"),
            f"'{view.spec.network.cidr}' is a /{length}, a VPC takes /{LARGEST_VPC} to /{SMALLEST_VPC}",
            f"use a /{LARGEST_VPC}, for example 10.40.0.0/16",
        )


@rule("RW-NET-002")
def network_has_room(view: View) -> Iterator[Fault]:
    """The network has room for every pool at its largest.

    A launch that runs out of addresses fails half way. A p5 node whose interfaces are all of type `efa` takes 32
    addresses, with the ip-optimised layout one.

    Source: https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
    """
    if len(view.pools) < len(view.spec.pools) or view.design is not None:
        return
    try:
        design_cluster(view.spec, view.catalog)
    except InputError as problem:
        yield Fault(("network", "cidr"), problem.summary, problem.hint or "use a larger network")
