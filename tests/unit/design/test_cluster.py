"""The design of a whole cluster."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rackwright.catalog import load_catalog
from rackwright.design import Design, design_cluster, node_name, node_range
from rackwright.design.names import node_address
from rackwright.design.subnets import RESERVED
from rackwright.diagnostics import InputError
from rackwright.spec import ClusterSpec, load_spec, stack_names
from tests.strategies import specs
from tests.unit.preflight.case import spec_of

ROOT = Path(__file__).parents[3]
CATALOG = load_catalog()


def _design(stack: str) -> Design:
    return design_cluster(load_spec(ROOT / "stacks" / f"{stack}.yaml"), CATALOG)


@given(specs(most=1000, prefix=8))
@settings(max_examples=60)
def test_every_pool_fits_its_subnet_at_its_largest(spec: ClusterSpec):
    design = design_cluster(spec, CATALOG)
    wanted: dict[str, int] = {}
    for pool in design.pools:
        wanted[pool.subnet] = wanted.get(pool.subnet, 0) + pool.max_nodes * pool.addresses_per_node
    for name, addresses in wanted.items():
        assert design.network.subnet(name).usable_addresses >= addresses


@given(specs(most=1000, prefix=8))
@settings(max_examples=40)
def test_the_same_spec_gives_the_same_bytes(spec: ClusterSpec):
    again = ClusterSpec.model_validate(spec.model_dump(mode="json"))
    assert design_cluster(spec, CATALOG).model_dump_json() == design_cluster(again, CATALOG).model_dump_json()


@given(specs(most=1000, prefix=8))
@settings(max_examples=40)
def test_fixed_addresses_are_distinct_and_free(spec: ClusterSpec):
    design = design_cluster(spec, CATALOG)
    given_out: set[str] = set()
    for pool in design.pools:
        block = IPv4Network(design.network.subnet(pool.subnet).cidr)
        for address in pool.addresses:
            offset = int(IPv4Address(address)) - int(block.network_address)
            assert 4 <= offset < block.num_addresses - 1
            assert address not in given_out
            given_out.add(address)


@given(specs(most=1000, prefix=8))
@settings(max_examples=40)
def test_what_has_no_price_is_named_and_not_counted(spec: ClusterSpec):
    design = design_cluster(spec, CATALOG)
    for pool in design.pools:
        assert (pool.name in design.cost.by_pool) != (pool.name in design.cost.not_priced)
    total = sum(design.cost.by_pool.values()) + design.cost.storage_usd_per_hour
    assert design.cost.usd_per_hour == pytest.approx(total, abs=0.01)


@given(st.sampled_from(["train", "gpu-a"]), st.integers(4, 250))
def test_a_node_can_work_out_its_own_name(pool: str, offset: int):
    assert node_name(pool, node_address("10.40.3.0/24", offset), "10.40.3.0/24") == f"{pool}-{offset}"


@pytest.mark.parametrize("stack", stack_names(ROOT))
def test_every_stack_can_be_designed(stack: str):
    design = _design(stack)
    assert design.name == stack
    assert sum(pool.max_nodes for pool in design.pools) > 0


def test_the_large_stack_is_sixty_four_nodes_of_thirty_three_interfaces():
    design = _design("h100-train")
    train = design.pool("train")
    assert (train.min_nodes, train.max_nodes, len(train.nics), train.addresses_per_node) == (64, 64, 33, 1)
    assert train.capacity.kind == "block"
    assert train.placement == "none", "a capacity block is placed already"
    assert design.fabric.endpoints == 64 * 32
    assert design.power.estimated == ("train",)
    assert design.cost.by_pool["train"] == pytest.approx(64 * 55.04)


def test_the_design_is_as_large_for_many_nodes_as_for_few():
    spec = load_spec(ROOT / "stacks" / "a100-train.yaml").model_dump(mode="json")
    spec["network"]["cidr"] = "10.0.0.0/12"
    sizes = []
    for nodes in (64, 4096, 16384):
        spec["pools"]["train"]["nodes"] = {"min": nodes, "max": nodes}
        sizes.append(len(design_cluster(ClusterSpec.model_validate(spec), CATALOG).model_dump_json()))
    assert max(sizes) - min(sizes) < 100


def test_the_head_is_not_where_gpu_nodes_are():
    design = _design("local")
    assert design.pool("head").subnet.startswith("private-")
    assert design.pool("train").subnet.startswith("gpu-")
    assert design.pool("head").addresses == ("10.40.3.10",)


def test_names_of_a_pool_are_written_as_a_range():
    design = _design("local")
    train = design.pool("train")
    assert node_range(train, design.network.subnet(train.subnet)) == "train-[4-254]"
    assert node_range(design.pool("head"), design.network.subnet("private-use1-az6")) == "head-10"


def test_roles_follow_the_scheduler():
    slurm, kubernetes = _design("local"), _design("inference")
    assert slurm.pool("head").ansible_roles[:4] == ("base", "munge", "slurm_controller", "node_exporter")
    assert "slurm_node" in slurm.pool("train").ansible_roles
    assert not [role for pool in kubernetes.pools for role in pool.ansible_roles if "slurm" in role]


def test_a_site_has_every_node_by_address_and_no_public_subnet():
    design = _design("dgx-h100-4su")
    assert len(design.pool("train").addresses) == 127
    assert not [subnet for subnet in design.network.subnets if subnet.tier == "public"]
    assert design.cost.usd_per_hour == 0
    assert "train" in design.cost.not_priced


def test_the_fabric_of_four_scalable_units_is_the_published_one():
    fabric = _design("dgx-h100-4su").fabric
    assert (fabric.leaves, fabric.spines, fabric.cores, fabric.endpoints) == (32, 16, 0, 127 * 8)
    assert fabric.per_node_gbps == 3200


def test_switches_that_cannot_carry_the_nodes_are_refused():
    spec = load_spec(ROOT / "stacks" / "dgx-h100-4su.yaml").model_dump(mode="json")
    spec["pools"]["train"]["nodes"] = {"min": 20_000, "max": 20_000}
    with pytest.raises(InputError, match="do not fit"):
        design_cluster(ClusterSpec.model_validate(spec), CATALOG)


def test_a_machine_that_nobody_knows_is_refused_with_the_nearest():
    spec = load_spec(ROOT / "stacks" / "local.yaml").model_dump(mode="json")
    spec["pools"]["train"]["machine"] = "p5.48xlrge"
    with pytest.raises(InputError) as refused:
        design_cluster(ClusterSpec.model_validate(spec), CATALOG)
    assert refused.value.hint == "did you mean 'p5.48xlarge'?"


def test_a_subnet_counts_what_aws_keeps_back():
    subnet = _design("local").network.subnet("gpu-use1-az6")
    assert subnet.usable_addresses == IPv4Network(subnet.cidr).num_addresses - RESERVED


def test_a_closed_network_has_the_endpoints_that_nodes_cannot_do_without() -> None:
    named = ("ec2", "logs", "secretsmanager")
    closed = spec_of("aws", {"network.internet_egress": False, "network.interface_endpoints": list(named)})
    assert design_cluster(closed, load_catalog()).network.interface_endpoints == (*named, "monitoring")
    opened = spec_of("aws", {"network.interface_endpoints": list(named)})
    assert design_cluster(opened, load_catalog()).network.interface_endpoints == named
