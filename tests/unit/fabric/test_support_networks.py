"""Storage, in-band and out-of-band networks."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from rackwright.fabric import FabricRequest, design_fabric
from rackwright.fabric.networks import oob_csv, oob_map, oob_switches, support_fabric
from rackwright.fabric.request import grown
from rackwright.fabric.wiring import links
from tests.unit.fabric.strategies import requests

few = settings(max_examples=30, deadline=None)


def b200(nodes=64, **more):
    return design_fabric(FabricRequest(system="dgx-b200", nodes=nodes, **more))


def test_a_host_reaches_storage_through_two_leaves():
    storage = support_fabric(b200(64), 8, "qm9700")
    assert (storage.nodes, storage.rails) == (72, 2)
    leaves = {wire.upper.device for wire in links(storage) if wire.cable.startswith("host0001/")}
    assert leaves == {"leaf-001-1", "leaf-001-2"}
    assert storage.oversubscription <= 2


def test_storage_grows_with_the_compute_fabric_without_moving_a_cable():
    before, after = (set(links(support_fabric(b200(nodes, grow_to=128), 8, "qm9700"))) for nodes in (32, 128))
    assert before <= after


@few
@given(requests(most_nodes=100))
def test_every_management_port_is_plugged_in_once(request):
    design = design_fabric(request)
    rows = list(oob_map(design))
    assert max(Counter((row.switch, row.port) for row in rows).values()) == 1
    assert max(Counter(row.device for row in rows).values()) == 1
    assert max(row.port for row in rows) <= 48
    assert len({row.switch for row in rows}) <= oob_switches(design)
    assert sum(row.device.endswith(" mgmt") for row in rows) == design.switches
    assert sum(row.device.endswith(" bmc") for row in rows) == design.nodes


@few
@given(requests(most_nodes=60), st.integers(1, 60))
def test_growth_moves_no_management_cable(request, more):
    request = grown(request, request.nodes)
    later = grown(request, min(request.nodes + more, request.grow_to))
    before, after = (set(oob_map(design_fabric(each))) for each in (request, later))
    kept = {(row.device, row.switch, row.port, row.length_m) for row in before}
    assert kept <= {(row.device, row.switch, row.port, row.length_m) for row in after}


def test_the_csv_names_the_controllers_of_a_node():
    lines = oob_csv(b200(32)).splitlines()
    assert lines[0] == "device,rack,switch,port,length_m"
    assert any(line.startswith("node0001 bmc,") for line in lines)
    assert any(line.startswith("node0001 bf2,") for line in lines)
