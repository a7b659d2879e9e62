"""The designed subnet comes up under the real subnet manager, against the subnet simulator."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rackwright.fabric import FabricRequest, design_fabric
from rackwright.fabric.discovered import Wrong, compare
from rackwright.fabric.partitions import Tenant
from rackwright.fabric.subnet import missing_programs, rehearse, simulated_subnet
from rackwright.fabric.wiring import adapter_guid, links

LACKING = missing_programs()
pytestmark = pytest.mark.skipif(bool(LACKING), reason=f"not installed: {', '.join(LACKING)}")


def b200(nodes, **more):
    return design_fabric(FabricRequest(system="dgx-b200", nodes=nodes, **more))


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(FabricRequest(64, "dgx-b200"), id="64 nodes, two tiers"),
        pytest.param(FabricRequest(31, "dgx-b200", ufm_ports=4), id="31 nodes and UFM"),
        pytest.param(FabricRequest(40, "dgx-b200", oversubscription=2), id="two to one"),
        pytest.param(FabricRequest(48, "dgx-b200", rail_only=True), id="a fabric for each rail"),
        pytest.param(FabricRequest(72, "dgx-b300"), id="one unit on 144-port switches"),
        pytest.param(FabricRequest(140, "dgx-a100"), id="140 nodes, three tiers"),
        pytest.param(FabricRequest(36, "gb200-nvl72"), id="two racks of NVL72"),
        pytest.param(FabricRequest(20, "gh200"), id="a single leaf"),
    ],
)
def test_the_subnet_comes_up_as_designed(request_):
    design = design_fabric(request_)
    report = rehearse(design)
    assert report.passed, report


@pytest.mark.slow
def test_512_nodes_come_up_as_a_fat_tree_of_three_tiers():
    design = b200(512)
    assert design.tiers == 3
    report = rehearse(design)
    assert report.passed, report
    assert report.active_ports == 2 * (4096 + 4096 + 4096)


def test_partitions_are_as_designed_and_the_manager_keeps_tenants_apart():
    design = b200(64)
    tenants = [Tenant("red", "node[0002-0016]"), Tenant("blue", "node[0017-0032]", limited="node0040")]
    with simulated_subnet(design, tenants) as net:
        lids = net.lids()

        def lid(node, rail=0):
            return lids[adapter_guid(design, node - 1, rail) + 1]

        manager, red, blue, guest, nobody = lid(1), lid(2), lid(17), lid(40), lid(50)
        assert net.pkeys(manager) == {0xFFFF}, "the manager's own port is a full member of Default"
        assert all(net.pkeys(lid(2, rail)) == {0x8001, 0x7FFF} for rail in range(8))
        assert net.pkeys(blue) == {0x8002, 0x7FFF}
        assert net.pkeys(guest) == {0x0002, 0x7FFF}
        assert net.pkeys(nobody) == {0x7FFF}
        assert net.has_path(red, lid(16, 7))
        assert net.has_path(blue, guest)
        assert net.has_path(manager, nobody)
        assert not net.has_path(red, blue)
        assert not net.has_path(red, guest)
        assert not net.has_path(nobody, lid(51))


def test_a_wrong_cable_is_found_and_both_its_ends_are_named():
    design = b200(64)
    wires = list(links(design))
    moved = next(wire for wire in wires if wire.cable == "node0005/1")
    other = next(wire for wire in wires if wire.cable == "node0006/2")
    swapped = {moved: moved._replace(upper=other.upper), other: other._replace(upper=moved.upper)}
    with simulated_subnet(design, wires=[swapped.get(wire, wire) for wire in wires]) as net:
        found = compare(design, net.discover())
    assert [(finding.kind, finding.cable) for finding in found] == [
        (Wrong.WRONG_CABLE, "node0005/1"),
        (Wrong.WRONG_CABLE, "node0006/2"),
    ]
    assert str(found[0]) == (
        "wrong-cable: cable node0005/1: node0005 mlx5_0 port 1 should have leaf-001-1 port 5, has leaf-001-2 port 6"
    )


def test_a_spine_cable_that_skips_a_tier_makes_the_manager_refuse_the_fat_tree():
    design = b200(64)
    wires = [wire for wire in links(design) if wire.cable != "leaf-001-1/u1"]
    first, second = (wire for wire in wires if wire.cable in {"leaf-001-2/u1", "leaf-002-2/u1"})
    wires = [wire for wire in wires if wire not in {first, second}]
    wires.append(first._replace(upper=second.lower))
    with simulated_subnet(design, wires=wires) as net:
        assert not net.is_fat_tree()
        found = {finding.cable: finding for finding in compare(design, net.discover())}
    assert found["leaf-001-1/u1"].kind is Wrong.MISSING_CABLE
    assert found["leaf-001-2/u1"].found == str(second.lower)


HOLD = """
from rackwright.fabric import FabricRequest, design_fabric
from rackwright.fabric.subnet import simulated_subnet
with simulated_subnet(design_fabric(FabricRequest(8, "dgx-b200"))) as net:
    print(net.folder, flush=True)
    input()
"""


def running_in(folder):
    """Ids of processes whose working folder is `folder`."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            where = str((process / "cwd").readlink())
        except OSError:
            continue
        if where.removesuffix(" (deleted)") == folder:
            found.append(process.name)
    return found


def test_simulator_and_manager_do_not_outlive_a_killed_process():
    holder = subprocess.Popen([sys.executable, "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    folder = holder.stdout.readline().strip()
    assert len(running_in(folder)) == 2
    holder.kill()
    holder.communicate()
    end = time.monotonic() + 10
    while left := running_in(folder):
        assert time.monotonic() < end, f"still running: {left}"
        time.sleep(0.02)
    shutil.rmtree(folder)
