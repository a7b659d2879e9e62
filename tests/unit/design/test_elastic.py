"""Blocks of addresses for nodes that the scheduler starts."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

from hypothesis import assume, given
from hypothesis import strategies as st

from rackwright.catalog import load_catalog
from rackwright.design import design_cluster
from rackwright.design.elastic import block_size, blocks, elastic_lines, elastic_names, elastic_offsets
from rackwright.design.model import Design
from rackwright.design.names import node_name
from rackwright.hostlist import expand
from rackwright.spec.cluster import ClusterSpec

COUNTS = st.dictionaries(st.sampled_from(["a", "b", "c", "d"]), st.integers(0, 300), min_size=1)


def cluster(scheduler: dict, pool: dict, target: dict | None = None) -> Design:
    spec = ClusterSpec.model_validate(
        {
            "name": "elastic",
            "target": target or {"kind": "aws", "region": "us-east-1", "zone_ids": ["use1-az6"]},
            "data": {"classification": "internal"},
            "network": {"cidr": "10.40.0.0/16"},
            "pools": {
                "head": {"role": "control", "machine": "m7i.4xlarge", "nodes": 2},
                "train": {"role": "gpu", "machine": "g6e.12xlarge", **pool},
            },
            "scheduler": scheduler,
        }
    )
    return design_cluster(spec, load_catalog())


@given(COUNTS, st.integers(18, 24))
def test_blocks_are_apart_inside_the_subnet_and_large_enough(counts: dict[str, int], prefix: int) -> None:
    cidr = f"10.40.0.0/{prefix}"
    assume(sum(map(block_size, counts.values())) <= IPv4Network(cidr).num_addresses)
    found = {name: IPv4Network(block) for name, block in blocks(cidr, counts).items()}
    assert set(found) == {name for name, count in counts.items() if count}
    for name, block in found.items():
        assert block.subnet_of(IPv4Network(cidr))
        usable = [address for address in block if address != IPv4Network(cidr).broadcast_address]
        assert len(usable) >= counts[name]
        assert not any(block.overlaps(other) for other in found.values() if other is not block)


@given(st.integers(0, 40), st.integers(0, 600))
def test_every_elastic_node_has_a_name_an_address_and_room(least: int, more: int) -> None:
    assume(least + more)
    design = cluster({"kind": "slurm"}, {"nodes": {"min": least, "max": least + more}})
    pool = design.pool("train")
    subnet = design.network.subnet(pool.subnet)
    lines = elastic_lines(pool, subnet)
    names = [name for line in lines for name in expand(line.names)]
    assert names == elastic_names(pool, subnet)
    assert len(set(names)) == more
    for name in names:
        address = IPv4Network(subnet.cidr).network_address + int(name.rpartition("-")[2])
        assert address in IPv4Network(str(pool.elastic_cidr))
        assert address != IPv4Network(subnet.cidr).broadcast_address
        assert node_name("train", str(address), subnet.cidr) == name
    others = subnet.usable_addresses - block_size(more)
    assert others >= least, "the nodes that always run have room beside the block"


def test_slurm_writes_names_and_addresses_in_step_across_the_end_of_a_24() -> None:
    design = cluster({"kind": "slurm"}, {"nodes": {"min": 0, "max": 300}})
    pool = design.pool("train")
    lines = elastic_lines(pool, design.network.subnet(pool.subnet))
    start = IPv4Network(design.network.subnet(pool.subnet).cidr).network_address
    assert len(lines) > 1
    for line in lines:
        prefix, _, numbers = line.addresses.partition("[")
        first, _, last = numbers.rstrip("]").partition("-")
        listed = [IPv4Address(f"{prefix}{number}") for number in range(int(first), int(last) + 1)]
        assert [int(address) - int(start) for address in listed] == [
            int(name.rpartition("-")[2]) for name in expand(line.names)
        ]


def test_only_what_slurm_may_start_is_elastic() -> None:
    for scheduler, pool, target in (
        ({"kind": "slurm"}, {"nodes": 4}, None),
        ({"kind": "none"}, {"nodes": {"min": 0, "max": 4}}, None),
    ):
        design = cluster(scheduler, pool, target)
        assert design.pool("train").elastic_cidr is None
        assert not elastic_offsets(design.pool("train"), design.network.subnet(design.pool("train").subnet))
        assert "slurm_power" not in design.pool("head").ansible_roles


def test_the_nodes_of_the_controller_start_the_others() -> None:
    design = cluster({"kind": "slurm"}, {"nodes": {"min": 1, "max": 4}})
    assert "slurm_power" in design.pool("head").ansible_roles
    assert "slurm_power" not in design.pool("train").ansible_roles


def test_a_pool_counts_on_no_more_memory_than_its_smallest_machine_has() -> None:
    plain = cluster({"kind": "slurm"}, {"nodes": {"min": 0, "max": 4}}).pool("train")
    least = min(load_catalog().machine(name).memory_gib for name in ("g6e.12xlarge", "g6.12xlarge"))
    pool = cluster({"kind": "slurm"}, {"nodes": {"min": 0, "max": 4}, "alternatives": ["g6.12xlarge"]}).pool("train")
    assert (pool.alternatives, pool.memory_gib) == (("g6.12xlarge",), least)
    assert least < plain.memory_gib
