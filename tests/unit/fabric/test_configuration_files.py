"""Files for opensm, Slurm and the simulator, and the comparison with what was discovered."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from rackwright.diagnostics import InputError
from rackwright.fabric import FabricRequest, design_fabric
from rackwright.fabric.discovered import Wrong, compare, port_guids
from rackwright.fabric.ibnet import ibnet_file
from rackwright.fabric.opensm import opensm_conf, root_guids
from rackwright.fabric.partitions import Tenant, assign_keys, partitions_conf
from rackwright.fabric.sharp import sharp_plan
from rackwright.fabric.slurm import slurm_switches, slurm_topology_conf, slurm_topology_yaml
from rackwright.fabric.svg import render_svg
from rackwright.fabric.wiring import Link, Port, links, node_name
from rackwright.hostlist import compress, expand
from tests.unit.fabric.strategies import requests

few = settings(max_examples=30, deadline=None)


def b200(nodes=64, **more):
    return design_fabric(FabricRequest(system="dgx-b200", nodes=nodes, **more))


@few
@given(requests(most_nodes=80))
def test_a_fabric_built_as_designed_has_no_findings(request):
    design = design_fabric(request)
    if design.facts.switch.protocol == "infiniband":
        for subnet in {0, design.copies - 1}:
            assert not compare(design, ibnet_file(design, subnet), subnet=subnet, speeds=True)


@few
@given(requests(most_nodes=40), st.data())
def test_any_two_swapped_cables_are_found_and_named(request, data):
    design = design_fabric(request)
    wires = list(links(design, 0))
    if design.facts.switch.protocol != "infiniband" or len(wires) < 2:
        return
    tier = data.draw(st.sampled_from(sorted({wire.tier for wire in wires})))
    alike = [wire for wire in wires if wire.tier == tier]
    if len(alike) < 2:
        return
    one, other = data.draw(st.lists(st.sampled_from(alike), min_size=2, max_size=2, unique=True))
    swapped = {one: one._replace(upper=other.upper), other: other._replace(upper=one.upper)}
    text = ibnet_file(design, 0, [swapped.get(wire, wire) for wire in wires])
    found = compare(design, text)
    assert {(f.kind, f.at, f.expected, f.found) for f in found} == {
        (Wrong.WRONG_CABLE, str(one.lower), str(one.upper), str(other.upper)),
        (Wrong.WRONG_CABLE, str(other.lower), str(other.upper), str(one.upper)),
    }


def test_missing_extra_and_slow_are_told_apart():
    design = b200(31)
    wires = list(links(design))
    gone = wires.pop(0)
    extra = Link("leaf_spine", Port("leaf-001-1", 32), Port("leaf-001-2", 32), "")
    text = ibnet_file(design, wires=[*wires, extra]).replace("4xNDR", "4xHDR", 1)
    text = text.replace('"node0031 mlx5_7"', '"node9999 mlx5_7"')
    found = {finding.kind: finding for finding in compare(design, text, speeds=True)}
    assert found[Wrong.MISSING_CABLE].cable == gone.cable
    assert found[Wrong.EXTRA_CABLE].at == "leaf-001-1 port 32"
    assert found[Wrong.EXTRA_CABLE].found == "leaf-001-2 port 32"
    assert found[Wrong.MISSING_DEVICE].at == "node0031 mlx5_7"
    assert found[Wrong.UNKNOWN_DEVICE].at == "node9999 mlx5_7"


def test_a_stranger_on_a_port_is_a_wrong_cable_even_where_the_right_one_hangs_loose():
    design = b200(31)
    wires = list(links(design))
    loose, spare = wires[0], wires[1]
    text = ibnet_file(design, wires=[spare._replace(upper=loose.upper), *wires[2:]])
    found = {finding.cable: finding for finding in compare(design, text)}
    assert found[loose.cable].kind is Wrong.WRONG_CABLE
    assert (found[loose.cable].at, found[loose.cable].found) == (str(loose.upper), str(spare.lower))
    assert found[spare.cable].at == str(spare.lower)


def test_a_slow_link_is_found_only_when_asked():
    design = b200(31)
    text = ibnet_file(design).replace('"node0001 mlx5_0" lid 0 4xNDR', '"node0001 mlx5_0" lid 0 4xHDR')
    assert not compare(design, text)
    (slow,) = compare(design, text, speeds=True)
    assert (slow.kind, slow.expected, slow.found) == (Wrong.SLOW_LINK, "4xNDR", "4xHDR")


def test_managed_switches_are_known_by_their_own_name():
    design = b200(31)
    text = ibnet_file(design).replace('"leaf-001-1"', '"MF0;leaf-001-1:MQM9700/U1"')
    assert not compare(design, text)


def test_something_else_than_a_discovery_is_refused():
    with pytest.raises(InputError):
        compare(b200(), "command not found\n")


def test_the_default_partition_is_always_there_and_limits_hosts_once_there_are_tenants():
    assert "Default=0x7fff, ipoib, defmember=full : ALL, ALL_SWITCHES=full, SELF=full;" in partitions_conf(b200())
    text = partitions_conf(b200(), [Tenant("red", "node[0001-0002]")])
    assert "Default=0x7fff, ipoib, defmember=limited : ALL, ALL_SWITCHES=full, SELF=full;" in text
    assert "red=0x0001, indx0, defmember=full :" in text
    assert text.count("=full,\n") + text.count("=full;\n") == 16 + 1


def test_real_port_guids_are_used_where_they_are_given():
    design = b200(2)
    real = {f"{node_name(design, node)} mlx5_{rail}": 0x100 * node + rail for node in range(2) for rail in range(8)}
    assert "0x0000000000000107=full" in partitions_conf(design, [Tenant("red", "node0002")], real)
    with pytest.raises(InputError):
        partitions_conf(design, [Tenant("red", "node0002")], {})


def test_keys_are_given_in_order_around_those_that_were_chosen():
    keyed = assign_keys([Tenant("a", ""), Tenant("b", "", pkey=1), Tenant("c", "")])
    assert [tenant.pkey for tenant in keyed] == [2, 1, 3]


def test_all_mistakes_in_tenants_are_told_at_once():
    tenants = [
        Tenant("a", "node[0001-0002]", pkey=5),
        Tenant("b", "node[0002-0003],node9999", pkey=5),
        Tenant("c", "", pkey=0x7FFF),
        Tenant("Default", "node0009"),
    ]
    with pytest.raises(InputError) as caught:
        partitions_conf(b200(), tenants)
    assert [problem.where for problem in caught.value.problems] == [
        "fabric.tenants.b.pkey",
        "fabric.tenants.c.pkey",
        "fabric.tenants.b.hosts",
        "fabric.tenants.b.hosts",
        "fabric.tenants.c.hosts",
        "fabric.tenants.Default.hosts",
    ]


def test_ethernet_has_no_partitions_and_no_subnet_manager():
    design = design_fabric(FabricRequest(system="dgx-b300", nodes=64, switch="sn5600"))
    for make in (partitions_conf, opensm_conf, ibnet_file):
        with pytest.raises(InputError):
            make(design)


def test_port_guids_are_read_from_a_discovery():
    line = '[1](a088c20300000001) \t"S-b8cef60300000000"[1]\t\t# lid 274 lmc 0 "leaf-001-1" lid 2 4xNDR\n'
    text = ibnet_file(b200(1))
    first = text.index('[1]\t"S-')
    text = text[:first] + line + text[text.index("\n", first) + 1 :]
    assert port_guids(text) == {"node0001 mlx5_0": 0xA088C20300000001}


def test_opensm_is_told_the_tree_and_no_secret():
    text = opensm_conf(b200(), partitions="/x/partitions.conf", priority=3)
    assert "routing_engine ftree,updn,minhop\n" in text
    assert "partition_config_file /x/partitions.conf\n" in text
    assert "sm_priority 3\n" in text
    assert "m_key" not in text
    assert "routing_engine minhop\n" in opensm_conf(design_fabric(FabricRequest(system="gh200", nodes=8)))


def test_roots_are_the_top_tier():
    assert len(root_guids(b200(64))) == 8
    assert len(root_guids(b200(512))) == 64


@few
@given(requests(most_nodes=100))
def test_slurm_sees_every_node_once_below_one_root(request):
    design = design_fabric(request)
    switches = {switch.name: switch for switch in slurm_switches(design)}
    nodes = [node for switch in switches.values() for node in expand(switch.nodes)]
    assert sorted(nodes) == sorted(node_name(design, node) for node in range(design.nodes))
    below = {child for switch in switches.values() for child in expand(switch.switches)}
    assert len(set(switches) - below) == 1


def test_topology_conf_names_units_blocks_and_the_root():
    text = slurm_topology_conf(b200(2048))
    assert "SwitchName=unit0001 Nodes=node[0001-0032]\n" in text
    assert text.endswith("SwitchName=block02 Switches=unit[0033-0064]\nSwitchName=fabric Switches=block[01-02]\n")


def test_topology_yaml_has_a_block_for_each_nvlink_domain():
    parsed = YAML(typ="safe").load(slurm_topology_yaml(design_fabric(FabricRequest(system="gb300-nvl72", nodes=54))))
    tree, blocks = parsed
    assert not tree["cluster_default"]
    assert blocks["cluster_default"]
    assert blocks["block"]["block_sizes"] == [18]
    assert blocks["block"]["blocks"][2] == {"block": "nvl0003", "nodes": "node[0037-0054]"}
    (only,) = YAML(typ="safe").load(slurm_topology_yaml(b200(64)))
    assert only["cluster_default"]
    assert only["tree"]["switches"][-1] == {"switch": "fabric", "children": "unit[0001-0002]"}


@given(st.sets(st.integers(0, 9999), min_size=1, max_size=50))
def test_host_lists_survive_the_round_trip(numbers):
    names = [f"node{number:04d}" for number in sorted(numbers)]
    assert expand(compress(names)) == names


@pytest.mark.parametrize("text", ["node[4-1]", "node[1-2-3]", "node[", "[1-2]", "node[a]"])
def test_a_broken_host_list_is_refused(text):
    with pytest.raises(InputError):
        expand(text)


def test_sharp_roots_each_rail_at_a_switch_of_its_own():
    plan = sharp_plan(b200(512, ufm_ports=4))
    assert plan.supported
    assert plan.manager_host == "ufm01"
    assert plan.roots is not None
    assert sorted(plan.roots.values()) == [f"spine-01-{rail}-001" for rail in range(1, 9)]
    assert not sharp_plan(design_fabric(FabricRequest(system="dgx-b300", nodes=64, switch="sn5600"))).supported


@few
@given(requests())
def test_every_fabric_can_be_drawn(request):
    picture = render_svg(design_fabric(request))
    assert picture.startswith("<svg ")
    assert picture.endswith("</svg>\n")
    assert "nan" not in picture
