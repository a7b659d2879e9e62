"""What must hold for the links of every fabric, whatever its size."""

from collections import Counter, defaultdict
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from rackwright.fabric import design_fabric
from rackwright.fabric.wiring import devices, links, node_slot, unit_nodes
from tests.unit.fabric.strategies import requests

few = settings(max_examples=60, deadline=None)


def by_tier(design):
    wires = defaultdict(list)
    for wire in links(design):
        wires[wire.tier].append(wire)
    return wires


@few
@given(requests())
def test_the_links_are_as_many_as_the_figures_say(request):
    design = design_fabric(request)
    wires = by_tier(design)
    assert {tier: len(wires[tier]) for tier in design.links} == design.links
    assert {tier: len({wire.cable for wire in wires[tier]}) for tier in design.cables} == design.cables


@few
@given(requests())
def test_every_endpoint_is_connected_once_and_no_port_twice(request):
    design = design_fabric(request)
    used = Counter(port for wire in links(design) for port in (wire.lower, wire.upper))
    assert max(used.values()) == 1
    adapters = {port for port in used if " " in port.device}
    assert len(adapters) == design.endpoints * design.planes


@few
@given(requests())
def test_no_switch_is_wired_beyond_its_radix_and_every_device_is_known(request):
    design = design_fabric(request)
    known = {d.name: d for subnet in range(design.copies) for d in devices(design, subnet)}
    assert sum(d.is_switch for d in known.values()) == design.switches
    assert len({d.guid for d in known.values()}) == len(known) or design.planes > 1
    for wire in links(design):
        for port in (wire.lower, wire.upper):
            assert 1 <= port.number <= known[port.device].ports


@few
@given(requests(ratios=(1.0,)))
def test_a_fabric_without_oversubscription_does_not_block(request):
    design = design_fabric(request)
    down, up = Counter(), Counter()
    for wire in links(design):
        up[wire.lower.device] += 1
        down[wire.upper.device] += 1
    top = "core-" if design.cores else "spine-"
    for switch, below in down.items():
        if design.tiers > 1 and not switch.startswith(top):
            assert below <= up[switch], f"{switch} has {below} links down and {up[switch]} up"


@few
@given(requests())
def test_oversubscription_is_at_most_what_was_asked(request):
    assert design_fabric(request).oversubscription <= request.oversubscription


@few
@given(requests())
def test_uplinks_spread_evenly(request):
    design = design_fabric(request)
    pairs = defaultdict(Counter)
    for wire in links(design):
        if wire.tier != "node_leaf":
            pairs[wire.lower.device][wire.upper.device] += 1
    for lower, uppers in pairs.items():
        assert len(set(uppers.values())) == 1, f"{lower} favours some of {dict(uppers)}"


@few
@given(requests())
def test_rails_never_mix_on_a_leaf_and_a_leaf_serves_one_unit(request):
    design = design_fabric(request)
    rails, units = defaultdict(set), defaultdict(set)
    for wire in links(design):
        if wire.tier == "node_leaf" and not wire.lower.device.startswith("ufm"):
            host = wire.lower.device.split()[0]
            rails[wire.upper.device].add(wire.cable.partition("/")[2])
            units[wire.upper.device].add(node_slot(design, int(host.removeprefix("node")) - 1)[0])
    assert all(len(seen) == 1 for seen in (*rails.values(), *units.values()))


@few
@given(requests(), st.data())
def test_growth_moves_no_cable(request, data):
    request = replace(request, grow_to=request.grow_to or 2 * request.nodes)
    later = data.draw(st.integers(request.nodes, request.grow_to))
    before, after = design_fabric(request), design_fabric(replace(request, nodes=later))
    assert set(links(before)) <= set(links(after))
    assert before.tree == after.tree
    kept = {d.name: d.guid for d in devices(before, 0)}
    assert kept.items() <= {d.name: d.guid for d in devices(after, 0)}.items()


@few
@given(requests())
def test_units_partition_the_nodes(request):
    design = design_fabric(request)
    members = [node for unit in range(design.units) for node in unit_nodes(design, unit)]
    assert members == list(range(design.nodes))
    assert all(node_slot(design, node)[0] == unit for unit in range(design.units) for node in unit_nodes(design, unit))
