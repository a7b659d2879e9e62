"""Growth: planned ahead nothing moves, unplanned the price is told."""

from rackwright.fabric import FabricRequest, design_fabric
from rackwright.fabric.growth import growth


def b200(nodes, **more):
    return design_fabric(FabricRequest(system="dgx-b200", nodes=nodes, **more))


def test_a_unit_more_moves_nothing_where_the_fabric_was_planned_for_it():
    change = growth(b200(32, grow_to=128), b200(64, grow_to=128))
    assert change.moves_nothing
    assert (change.kept, change.added, change.switches_added) == (256 + 256, 256 + 256, 8)


def test_a_unit_more_moves_spine_cables_where_it_was_not():
    change = growth(b200(32), b200(64))
    assert len(change.moved) == 256 - 4, "twice the spines, half the links to each: all but four uplinks move"


def test_a_fabric_of_three_tiers_takes_a_new_block_without_moving_a_cable():
    assert growth(b200(1024, grow_to=2048), b200(1056, grow_to=2048)).moves_nothing
