"""Nodes that Slurm starts: known to the bundle before they exist, and never a node that always runs."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rackwright.catalog import load_catalog
from rackwright.configure import LocalServices, site_inventory
from rackwright.configure.slices import slices_of
from rackwright.design import design_cluster
from rackwright.design.elastic import elastic_names
from rackwright.design.hosts import elastic_hosts, elastic_names_by_pool, host_at, is_elastic, joined
from rackwright.design.model import Design
from rackwright.hostlist import expand
from rackwright.inventory import Inventory
from rackwright.node.converge import compose, who_am_i
from rackwright.spec.cluster import ClusterSpec
from tests.unit.configure.sample import lock

SERVICES = LocalServices(apt_repo="http://10.40.0.1:3180", registry="10.40.0.1:5000")


def design(least: int = 0, most: int = 4, kind: str = "local") -> Design:
    spec = ClusterSpec.model_validate(
        {
            "name": "elastic",
            "target": {"kind": kind, "region": "us-east-1", "zone_ids": ["use1-az6"]},
            "data": {"classification": "internal"},
            "network": {"cidr": "10.40.0.0/16"},
            "pools": {
                "head": {"role": "control", "machine": "m7i.4xlarge", "nodes": 1},
                "burst": {"role": "cpu", "machine": "m7i.2xlarge", "nodes": {"min": least, "max": most}},
            },
            "scheduler": {"kind": "slurm", "suspend_idle": "10 min"},
        }
    )
    return design_cluster(spec, load_catalog())


def recorded(wanted: Design) -> Inventory:
    """What the stack exports: the head and the nodes that always run."""
    head, burst = wanted.pool("head"), wanted.pool("burst")
    cidrs = {subnet.name: subnet.cidr for subnet in wanted.network.subnets}
    heads = [host_at(head, cidrs[head.subnet], address, "i-head") for address in head.addresses]
    start = cidrs[burst.subnet].rpartition(".")[0]
    always = [host_at(burst, cidrs[burst.subnet], f"{start}.{20 + n}", f"i-{n}") for n in range(burst.min_nodes)]
    return Inventory(cluster="elastic", hosts=(*heads, *always))


def site(wanted: Design, inventory: Inventory) -> Any:
    return site_inventory(inventory, wanted, lock(), SERVICES)


@given(st.integers(0, 3), st.integers(1, 9), st.data())
def test_slurm_is_told_the_same_whichever_of_its_own_nodes_run(least: int, more: int, data: st.DataObject) -> None:
    wanted = design(least, least + more)
    plain = recorded(wanted)
    running = data.draw(st.lists(st.sampled_from(elastic_hosts(wanted)), unique_by=lambda host: host.name))
    before, now = (site(wanted, one)["all"]["children"] for one in (plain, joined(plain, running)))
    assert before["slurm_controller"]["vars"] == now["slurm_controller"]["vars"]


def test_a_node_of_a_pool_that_is_empty_finds_its_part_of_the_bundle() -> None:
    wanted = design()
    every = joined(recorded(wanted), elastic_hosts(wanted))
    cut = slices_of(site(wanted, every), every, {"head": "control", "burst": "cpu"}, {})
    for host in elastic_hosts(wanted):
        address = str(host.address)
        assert who_am_i(cut, address, "burst", "10.40.3.0/24") == host.name
        mine = compose(cut, host.name, address, "burst")["all"]
        assert mine["hosts"][host.name]["ansible_host"] == address
        assert host.name in mine["children"]["slurm_node"]["hosts"]
        assert set(mine["hosts"]) == {host.name, "head-10"}, "of the others it knows the head alone"


@given(st.integers(0, 3), st.integers(1, 40))
def test_every_node_that_slurm_may_start_is_a_host_with_its_name(least: int, more: int) -> None:
    wanted = design(least, least + more)
    burst = wanted.pool("burst")
    hosts = elastic_hosts(wanted)
    assert [host.name for host in hosts] == elastic_names(burst, wanted.network.subnet(burst.subnet))
    assert all(is_elastic(burst, str(host.address)) for host in hosts)
    assert not any(is_elastic(burst, str(host.address)) for host in recorded(wanted).hosts if host.pool == "burst")


def test_a_host_that_is_recorded_stays_as_it_is() -> None:
    wanted = design()
    plain = recorded(wanted)
    again = [host.model_copy(update={"instance_id": "i-other"}) for host in plain.hosts]
    assert joined(plain, again) == plain


def test_only_a_rehearsal_says_that_its_elastic_nodes_were_booted_just_now() -> None:
    told = {}
    for kind in ("local", "aws"):
        wanted = design(kind=kind)
        told[kind] = site(wanted, joined(recorded(wanted), elastic_hosts(wanted)))["all"]["children"]["slurm_node"]
    assert [told[kind]["vars"]["slurm_node_shares_uptime"] for kind in ("local", "aws")] == [True, False]


def test_the_outputs_name_every_node_that_may_come() -> None:
    wanted = design(1, 4)
    [(pool, names)] = elastic_names_by_pool(wanted).items()
    assert (pool, expand(names)) == ("burst", [host.name for host in elastic_hosts(wanted)])
    assert elastic_names_by_pool(design(2, 2)) == {}
