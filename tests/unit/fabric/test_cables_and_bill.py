"""Cable map, racks, bill of materials, power and cost agree with one another."""

import csv
import io
from collections import Counter

import pytest
from hypothesis import given, settings

from rackwright.diagnostics import InputError
from rackwright.fabric import FabricRequest, design_fabric
from rackwright.fabric.bill import bill_of_materials, cost_bill, power_bill
from rackwright.fabric.cables import cable_csv, cable_map
from rackwright.fabric.elevation import elevation_text, mounted
from rackwright.fabric.elevation_svg import elevation_pages
from rackwright.fabric.layout import Floor, RackLayout
from rackwright.fabric.wiring import links
from tests.unit.fabric.strategies import requests

few = settings(max_examples=40, deadline=None)


def b200(nodes=64, **more):
    return design_fabric(FabricRequest(system="dgx-b200", nodes=nodes, **more))


@few
@given(requests(most_nodes=100))
def test_the_bill_counts_the_cables_of_the_map(request):
    design = design_fabric(request)
    layout = RackLayout(design)
    rows = list(cable_map(design, layout))
    lines = bill_of_materials(design, layout)
    assert sum(line.count for line in lines if line.kind == "cable") == len({row.label for row in rows})
    assert sum(design.cables.values()) == len({row.label for row in rows})
    assert sum(line.count for line in lines if line.kind == "switch") == design.switches
    lengths = {row.label: 0.0 for row in rows}
    for row in rows:
        lengths[row.label] = max(lengths[row.label], row.length_m)
    billed = Counter({line.length_m: 0 for line in lines if line.kind == "cable"})
    for line in lines:
        if line.kind == "cable":
            billed[line.length_m] += line.count
    assert billed == Counter(lengths.values())


@few
@given(requests(most_nodes=100))
def test_the_map_is_complete_and_each_end_is_where_its_device_stands(request):
    design = design_fabric(request)
    layout = RackLayout(design)
    rows = list(cable_map(design, layout))
    assert len(rows) == sum(design.links.values())
    ends = Counter((r.from_device, r.from_port) for r in rows) + Counter((r.to_device, r.to_port) for r in rows)
    assert max(ends.values()) == 1, "a port appears twice"
    stands = {device.device: device.place for device in mounted(design, layout)}
    for row in rows:
        for name, rack, unit in (
            (row.from_device, row.from_rack, row.from_unit),
            (row.to_device, row.to_rack, row.to_unit),
        ):
            if not name.startswith("ufm"):
                place = stands[name.split()[0]]
                assert (place.rack, place.unit) == (rack, unit)


@few
@given(requests(most_nodes=100))
def test_no_two_devices_share_a_rack_unit_and_none_sticks_out(request):
    design = design_fabric(request)
    layout = RackLayout(design)
    taken = Counter(
        (device.place.rack, unit)
        for device in mounted(design, layout)
        for unit in range(device.place.unit, device.place.unit + device.place.height)
    )
    assert max(taken.values()) == 1
    assert all(1 <= unit <= layout.floor.rack_units for _, unit in taken)
    assert len({rack for rack, _ in taken}) <= layout.racks


def test_every_cable_is_long_enough():
    design = b200(95, ufm_ports=4)
    layout = RackLayout(design)
    for row, link in zip(cable_map(design, layout), links(design), strict=True):
        assert row.length_m >= layout.run_m(layout.place(link.lower.device), layout.place(link.upper.device))


def test_growth_moves_no_rack():
    before, after = (RackLayout(b200(nodes, grow_to=256)) for nodes in (64, 200))
    moved = [d.device for d in mounted(before.design, before) if after.place(d.device) != d.place]
    assert not moved


def test_a_rack_takes_only_what_it_can_power():
    assert RackLayout(b200(), Floor(rack_kw=30)).nodes_per_rack == 2
    with pytest.raises(InputError) as caught:
        RackLayout(b200(), Floor(rack_kw=30, nodes_per_rack=4))
    assert caught.value.summary == "4 nodes do not fit a rack of 48 units and 30 kW (at most 2)"
    with pytest.raises(InputError):
        RackLayout(b200(), Floor(rack_kw=10))


def test_a_run_beyond_every_cable_is_refused_with_a_way_out():
    with pytest.raises(InputError) as caught:
        list(cable_map(b200(128), RackLayout(b200(128), Floor(rack_pitch_m=60))))
    assert "longer than any 400 Gb/s cable" in caught.value.summary


def test_the_csv_has_a_header_and_names_ports_as_they_are_printed():
    rows = list(csv.DictReader(io.StringIO(cable_csv(b200()))))
    assert len(rows) == 1024
    assert rows[1]["label"] == "node0001/2"
    uplink = next(row for row in rows if row["label"] == "leaf-001-1/u1")
    assert (uplink["from_port"], uplink["to_device"], uplink["to_port"]) == ("17/1", "spine-001", "1/1")


def test_twin_ports_halve_the_transceivers_on_both_sides():
    count = {line.part: line.count for line in bill_of_materials(b200())}
    # 64 nodes x 4 connectors, 16 leaves x 32 cages, 8 spines x 32 cages
    assert count["ndr-mm-twin"] == 64 * 4 + 16 * 32 + 8 * 32


def test_a_cable_that_forks_to_two_planes_is_billed_once():
    design = design_fabric(FabricRequest(system="dgx-b300", nodes=64, switch="sn5600"))
    assert sum(line.count for line in bill_of_materials(design) if line.kind == "cable") == 1024


def test_power_names_what_it_does_not_know():
    design = design_fabric(FabricRequest(system="dgx-b300", nodes=72))
    power = power_bill(design, bill_of_materials(design), pue=1.2)
    assert power.not_known == ("q3400-ra",)
    assert power.nodes_kw == 72 * 14
    assert power.facility_kw == pytest.approx(1.2 * power.it_kw)
    with pytest.raises(InputError):
        power_bill(design, [], pue=0.9)


def test_power_of_a_rack_sold_whole_includes_its_switch_trays():
    design = design_fabric(FabricRequest(system="gb200-nvl72", nodes=144))
    assert power_bill(design, []).nodes_kw == pytest.approx(8 * 120)


def test_cost_leaves_out_what_has_no_price_and_says_so():
    design = b200()
    lines = bill_of_materials(design)
    cost = cost_bill(lines, {"qm9700": 1000.0}, power=power_bill(design, lines), usd_per_kwh=0.1)
    assert cost.parts_usd == 24_000
    assert "ndr-mmf" in cost.not_priced
    assert cost.energy_usd_per_year == pytest.approx(power_bill(design, lines).facility_kw * 876)


def test_an_elevation_reads_from_the_top():
    text = elevation_text(b200(32))
    assert "r02c06:\n  U44       leaf-001-1\n  U43       leaf-001-2\n" in text
    assert "  U01-U10   node0001\n" in text


def test_every_device_is_in_the_picture_of_its_rack():
    design = b200(95, ufm_ports=4)
    pictures = "".join(elevation_pages(design))
    assert all(f">{device.device}</text>" in pictures for device in mounted(design, RackLayout(design)))
