import pytest
from hypothesis import given
from hypothesis import strategies as st

from rackwright.catalog import load_catalog
from rackwright.catalog.floors import Floor, Measurement, floor, load_acceptance_floors

GIB = 1024**3
FLOORS = load_acceptance_floors()
MEASURED = [(item, run) for item in FLOORS for run in item.measured]
machines = st.sampled_from([*load_catalog().machines, "no-such-machine"])


@pytest.mark.parametrize(("item", "run"), MEASURED, ids=lambda value: getattr(value, "why", None))
def test_no_healthy_cluster_fails_and_none_at_half_speed_passes(item: Floor, run: Measurement) -> None:
    for machine in item.machines:
        found = floor(machine, run.nodes, run.message)
        assert found is not None
        assert run.busbw_gbs / 2 < found.busbw_gbs <= run.busbw_gbs


@pytest.mark.parametrize("item", FLOORS, ids=lambda item: item.why)
def test_no_floor_over_the_fabric_is_above_the_wire(item: Floor) -> None:
    for machine in (load_catalog().machines[name] for name in item.machines):
        inside_a_rack = machine.nvlink_domain_nodes >= (item.nodes.last or 10**6)
        wire_gbps = machine.efa_gbps or machine.nics * machine.nic_gbps
        if item.nodes.first > 2 and not inside_a_rack:
            assert item.busbw_gbs <= wire_gbps / 8, machine.name


@given(machines, st.integers(1, 2000), st.integers(1, 200 * GIB), st.integers(0, 200 * GIB))
def test_a_larger_message_never_has_a_lower_floor(machine: str, nodes: int, size: int, more: int) -> None:
    small, large = floor(machine, nodes, size), floor(machine, nodes, size + more)
    assert small is None or (large is not None and large.busbw_gbs >= small.busbw_gbs)


@pytest.mark.parametrize(
    ("machine", "nodes", "size"),
    [
        ("p5.48xlarge", 64, 128 * 1024**2),  # too small a message to say anything
        ("p5.48xlarge", 3, 16 * GIB),  # nobody measured three nodes
        ("p6-b200.48xlarge", 1, 16 * GIB),  # the only published line would pass a node at half speed
        ("g6e.48xlarge", 2, 16 * GIB),
        ("no-such-machine", 2, 16 * GIB),
    ],
)
def test_without_a_baseline_there_is_no_floor(machine: str, nodes: int, size: int) -> None:
    assert floor(machine, nodes, size) is None


def test_the_floor_for_the_largest_message_that_was_reached_speaks() -> None:
    sizes = {size: floor("p6-b200.48xlarge", 64, size * GIB) for size in (1, 8, 16, 64)}
    assert [item.busbw_gbs if item else None for item in sizes.values()] == [312, 312, 340, 340]


def test_machines_that_floors_name_are_in_the_catalog() -> None:
    assert {name for item in FLOORS for name in item.machines} <= load_catalog().machines.keys()
