"""Subnets: apart from one another, inside the network, large enough, and the same every time."""

from __future__ import annotations

from ipaddress import IPv4Network
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rackwright.design.subnets import RESERVED, Need, cut
from rackwright.diagnostics import InputError

needs = st.lists(
    st.builds(
        Need,
        tier=st.sampled_from(["public", "private", "gpu", "isolated"]),
        zone_id=st.sampled_from(["use1-az1", "use1-az2", "use1-az4", "use1-az6"]),
        addresses=st.integers(0, 5000),
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda need: need.name,
)


@given(needs, st.integers(8, 16))
def test_subnets_are_apart_inside_and_large_enough(wanted: list[Need], prefix: int):
    subnets = cut(f"10.0.0.0/{prefix}", wanted)
    blocks = [IPv4Network(subnet.cidr) for subnet in subnets]
    assert all(block.subnet_of(IPv4Network(f"10.0.0.0/{prefix}")) for block in blocks)
    assert not any(a.overlaps(b) for a, b in combinations(blocks, 2))
    for need, subnet, block in zip(wanted, subnets, blocks, strict=True):
        assert subnet.name == need.name
        assert subnet.usable_addresses == block.num_addresses - RESERVED >= need.addresses
        assert 16 <= block.prefixlen <= 28


@given(needs)
def test_the_same_needs_give_the_same_subnets_in_any_order(wanted: list[Need]):
    forth = {subnet.name: subnet for subnet in cut("10.0.0.0/12", sorted(wanted, key=lambda need: need.name))}
    again = {subnet.name: subnet for subnet in cut("10.0.0.0/12", sorted(wanted, key=lambda need: need.name))}
    assert forth == again


@given(needs, st.integers(20, 31))
def test_what_does_not_fit_is_refused_with_a_way_out(wanted: list[Need], prefix: int):
    total = sum(2 ** (32 - need.prefix) for need in wanted)
    if total <= 2 ** (32 - prefix):
        assert cut(f"10.0.0.0/{prefix}", wanted)
        return
    with pytest.raises(InputError) as refused:
        cut(f"10.0.0.0/{prefix}", wanted, where="network.cidr")
    assert refused.value.hint
    assert str(total) in refused.value.summary


def test_a_growing_gpu_pool_does_not_move_the_others():
    def others(nodes: int) -> list[str]:
        wanted = [Need("public", "a", 24), Need("private", "a", 40), Need("isolated", "a", 20), Need("gpu", "a", nodes)]
        return [subnet.cidr for subnet in cut("10.40.0.0/16", wanted)[:3]]

    assert others(2) == others(500) == others(8000)


def test_more_nodes_than_a_subnet_can_hold_are_refused():
    with pytest.raises(InputError, match="a subnet has at most 65531"):
        cut("10.0.0.0/8", [Need("gpu", "a", 70_000)])
