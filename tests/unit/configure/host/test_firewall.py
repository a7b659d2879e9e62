from ipaddress import IPv4Address, IPv4Network, ip_address
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rackwright.configure.host.firewall import SERVICES, admin_networks, disjoint, input_rules, pool_networks
from rackwright.configure.variables.area import LocalServices, Site
from rackwright.inventory import Host
from tests.unit.configure.sample import design, inventory, lock, whole_inventory

LOCAL = LocalServices("http://10.77.0.1:1", "http://10.77.0.1:2")


def site(target: Any = "aws", services: LocalServices | None = None) -> Site:
    return Site(whole_inventory(), design(target), lock(), services)


def admits(rules: list[dict[str, Any]], source: str, port: int) -> bool:
    return any(_covers(rule["ports"], port) and _in(rule["networks"], source) for rule in rules)


def _covers(ports: str, port: int) -> bool:
    first, _, last = ports.partition("-")
    return not ports or int(first) <= port <= int(last or first)


def _in(networks: tuple[str, ...], source: str) -> bool:
    return any(IPv4Address(source) in IPv4Network(network) for network in networks)


networks = st.builds(
    lambda number, prefix: str(IPv4Network((number, prefix), strict=False)),
    st.integers(0, 2**32 - 1),
    st.integers(4, 32),
)


@given(st.lists(networks, max_size=8))
def test_disjoint_networks_cover_the_same_addresses_once(found: list[str]) -> None:
    merged = [IPv4Network(text) for text in disjoint(found)]
    assert all(not one.overlaps(other) for n, one in enumerate(merged) for other in merged[n + 1 :])
    for text in found:
        assert any(IPv4Network(text).subnet_of(one) for one in merged)
    assert sum(one.num_addresses for one in merged) <= sum(IPv4Network(text).num_addresses for text in found)


@given(st.sampled_from(sorted(whole_inventory().hosts, key=lambda host: host.name)), st.integers(1, 65535))
def test_the_world_reaches_nothing(host: Host, port: int) -> None:
    assert not admits(input_rules(host, site()), "203.0.113.9", port)


@given(st.sampled_from(sorted(whole_inventory().hosts, key=lambda host: host.name)))
def test_administrators_and_the_cluster_always_reach_ssh(host: Host) -> None:
    rules = input_rules(host, site())
    assert admits(rules, "198.51.100.7", 22)
    assert admits(rules, "10.40.9.9", 22)


def test_a_service_is_open_on_the_hosts_that_run_it_and_only_to_the_cluster() -> None:
    for host in whole_inventory().hosts:
        rules = [rule for rule in input_rules(host, site()) if rule["ports"]]
        for role, ports in SERVICES.items():
            if role in host.roles:
                assert all(admits(rules, "10.40.200.1", int(span.partition("-")[0])) for _, span in ports), role
        assert not admits(rules, "198.51.100.7", 6817)


def test_nodes_of_a_pool_reach_each_other_on_every_port_and_others_do_not() -> None:
    node = inventory().hosts[1]
    assert pool_networks(node, site()) == ("10.40.1.11/32", "10.40.1.12/32", "10.40.2.10/32")
    assert admits(input_rules(node, site()), "10.40.1.12", 5555)
    assert not admits(input_rules(node, site()), "10.40.0.10", 5555)


def test_the_controller_of_a_rehearsal_is_an_administrator_and_that_of_a_cloud_is_not() -> None:
    assert "10.77.0.1/32" in admin_networks(site("local", LOCAL))
    assert admin_networks(site()) == ("10.40.0.0/16", "198.51.100.0/24")


def test_no_rule_is_without_networks() -> None:
    lonely = Host(name="x", address=ip_address("10.40.3.3"), pool="gone", roles=frozenset({"base", "slurm_node"}))
    assert all(rule["networks"] for rule in input_rules(lonely, site()))
