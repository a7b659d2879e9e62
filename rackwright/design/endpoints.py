"""AWS services that are reached through an interface of the VPC."""

from __future__ import annotations

from rackwright.spec.cluster import ClusterSpec

CLOSED = ("monitoring", "secretsmanager")
"""Services that nodes call whatever the spec names: figures of the GPUs, and the secrets that they configure themselves
with."""


def interface_endpoints(spec: ClusterSpec) -> tuple[str, ...]:
    """What the spec names; without internet also what nodes cannot do without."""
    named = spec.network.interface_endpoints
    return named if spec.network.internet_egress else tuple(dict.fromkeys((*named, *CLOSED)))
