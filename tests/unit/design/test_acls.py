"""Network ACLs of the tiers: what may cross, for any network that a spec can describe."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rackwright.design.acls import ANY_PROTOCOL, ANYWHERE, Acl, acls_of
from rackwright.design.model import Network, Subnet

TIERS = ("public", "private", "gpu", "isolated", "firewall")
CIDRS = st.integers(0, 255).map(lambda number: f"10.{number}.0.0/16")


@st.composite
def networks(draw: st.DrawFn) -> Network:
    tiers = draw(st.lists(st.sampled_from(TIERS), min_size=1, unique=True))
    subnets = tuple(
        Subnet(name=f"{tier}-{zone}", tier=tier, zone_id=zone, cidr="10.40.0.0/24", usable_addresses=251)
        for zone in ("use1-az1", "use1-az2")
        for tier in tiers
    )
    return Network(
        cidr="10.40.0.0/16",
        zone_ids=("use1-az1", "use1-az2"),
        subnets=subnets,
        internet_egress=draw(st.booleans()),
        allowed_admin_cidrs=tuple(draw(st.lists(CIDRS, max_size=3))),
        peer_cidrs=tuple(draw(st.lists(CIDRS, max_size=3))),
        remote_cidrs=tuple(draw(st.lists(CIDRS, max_size=3))),
    )


def admits(acl: Acl, cidr: str, port: int) -> bool:
    rules = (rule for rule in acl.ingress if rule.cidr == cidr)
    return any(rule.protocol == ANY_PROTOCOL or rule.first_port <= port <= rule.last_port for rule in rules)


@given(networks())
def test_every_subnet_has_exactly_one_acl(network: Network) -> None:
    guarded = [name for acl in acls_of(network) for name in acl.subnets]
    assert sorted(guarded) == sorted(subnet.name for subnet in network.subnets)


@given(networks(), st.sampled_from([22, 3389]))
def test_no_tier_admits_remote_administration_from_the_world(network: Network, port: int) -> None:
    assert not any(admits(acl, ANYWHERE, port) for acl in acls_of(network))


@given(networks(), st.integers(1, 65535))
def test_the_isolated_tier_talks_to_known_networks_only(network: Network, port: int) -> None:
    known = {network.cidr, *network.peer_cidrs, *network.remote_cidrs}
    for acl in (acl for acl in acls_of(network) if acl.tier == "isolated"):
        assert {rule.cidr for rule in (*acl.ingress, *acl.egress)} == known
        assert not admits(acl, ANYWHERE, port)


@given(networks(), st.integers(32768, 60999))
def test_answers_from_the_internet_come_back_where_there_is_a_way_out(network: Network, port: int) -> None:
    """Linux asks from 32768 to 60999 (net.ipv4.ip_local_port_range)."""
    for acl in (acl for acl in acls_of(network) if acl.tier != "isolated"):
        assert admits(acl, ANYWHERE, port) is network.internet_egress


@given(networks())
def test_rule_numbers_are_unique_and_rising(network: Network) -> None:
    for acl in acls_of(network):
        for rules in (acl.ingress, acl.egress):
            numbers = [rule.number for rule in rules]
            assert numbers == sorted(set(numbers))


@given(networks())
def test_ssh_reaches_public_nodes_from_administrators_only(network: Network) -> None:
    inside = {network.cidr, *network.peer_cidrs, *network.remote_cidrs}
    for acl in acls_of(network):
        callers = {cidr for cidr in (*inside, *network.allowed_admin_cidrs, ANYWHERE) if admits(acl, cidr, 22)}
        assert callers == (inside | set(network.allowed_admin_cidrs) if acl.tier == "public" else inside)
