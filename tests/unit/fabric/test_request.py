"""What a person may ask for, and what they are told when it cannot be."""

import time
import tracemalloc

import pytest

from rackwright.diagnostics import InputError
from rackwright.fabric import FabricRequest, design_fabric


def test_all_mistakes_are_told_at_once():
    with pytest.raises(InputError) as caught:
        design_fabric(FabricRequest(nodes=0, oversubscription=0.5, ufm_ports=-1))
    assert [problem.where for problem in caught.value.problems] == [
        "fabric.nodes",
        "fabric.oversubscription",
        "fabric.ufm_ports",
        "fabric.system",
    ]


def test_an_unknown_system_is_met_with_the_nearest_names():
    with pytest.raises(InputError) as caught:
        design_fabric(FabricRequest(nodes=4, system="dgx-b20"))
    assert "dgx-b200" in (caught.value.hint or "")


def test_growth_below_today_is_refused():
    with pytest.raises(InputError) as caught:
        design_fabric(FabricRequest(nodes=64, system="dgx-b200", grow_to=32))
    assert caught.value.problems[0].summary == "grow_to is 32, expected at least the 64 nodes of today"


def test_beyond_three_tiers_the_way_out_is_named():
    with pytest.raises(InputError) as caught:
        design_fabric(FabricRequest(nodes=16384, system="dgx-b200"))
    assert "at most 8192 nodes" in caught.value.summary
    assert "rail_only" in (caught.value.hint or "")


def test_a_fabric_for_each_rail_carries_what_one_fabric_cannot():
    design = design_fabric(FabricRequest(nodes=16384, system="dgx-b200", rail_only=True))
    assert (design.tiers, design.copies) == (3, 8)
    assert design.cables == {"node_leaf": 131072, "leaf_spine": 131072, "spine_core": 131072}


def test_the_largest_fabric_of_three_tiers_can_be_built():
    design = design_fabric(FabricRequest(nodes=8192, system="dgx-b200"))
    assert design.cables["spine_core"] == 65536


def test_a_machine_outside_the_catalog_needs_its_rails_and_a_switch():
    design = design_fabric(FabricRequest(nodes=12, rails=4, switch="qm9700", adapters=("a", "b", "c", "d")))
    assert (design.leaves, design.spines, design.gpus) == (4, 2, None)


def test_16384_nodes_are_designed_in_constant_space_well_below_a_second():
    design_fabric(FabricRequest(nodes=1, system="dgx-b300"))  # reads the catalog
    tracemalloc.start()
    began = time.perf_counter()
    design = design_fabric(FabricRequest(nodes=16384, system="dgx-b300"))
    took = time.perf_counter() - began
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert design.tiers == 3
    assert took < 0.5
    assert peak < 1_000_000


@pytest.mark.parametrize(("ratio", "slots", "up"), [(1, 32, 32), (2, 42, 21), (3, 48, 16), (1.5, 38, 26)])
def test_oversubscription_gives_nodes_more_of_a_leaf(ratio, slots, up):
    leaf = design_fabric(FabricRequest(nodes=64, system="dgx-b200", oversubscription=ratio)).tree.leaf
    assert (leaf.slots, leaf.up) == (slots, up)


def test_racks_sold_whole_stay_on_one_set_of_leaves():
    assert design_fabric(FabricRequest(nodes=36, system="gb200-nvl72")).tree.leaf.slots == 18
    assert design_fabric(FabricRequest(nodes=36, system="gb300-nvl72")).tree.leaf.slots == 72


def test_bisection_is_half_the_node_bandwidth_where_nothing_blocks():
    design = design_fabric(FabricRequest(nodes=64, system="dgx-b200"))
    assert design.bisection_tbps == 64 * 8 * 400 / 2 / 1000
    planes = design_fabric(FabricRequest(nodes=64, system="dgx-b300", switch="sn5600"))
    assert planes.bisection_tbps == 64 * 8 * 800 / 2 / 1000
