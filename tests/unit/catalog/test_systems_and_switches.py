"""The catalog of systems, switches and cables is whole and agrees with itself."""

import datetime as dt

import pytest

from rackwright.catalog.fabric import cable_for, cables, switch, switches, transceivers
from rackwright.catalog.systems import system, systems
from rackwright.diagnostics import InputError
from rackwright.fabric import FabricRequest, design_fabric

WANTED = [
    "dgx-1", "dgx-2", "dgx-a100", "dgx-h100", "dgx-h200", "dgx-b200", "dgx-b300", "gh200", "gb200-nvl72", "gb300-nvl72",
    "hgx-a100-4", "hgx-a100-8", "hgx-h100-4", "hgx-h100-8", "hgx-h200-8", "hgx-b200-8", "hgx-b300-8",
]  # fmt: skip


def test_every_system_is_there():
    assert sorted(systems()) == sorted(WANTED)


@pytest.mark.parametrize("name", WANTED)
def test_a_system_can_be_put_on_each_of_its_fabrics(name):
    for choice in system(name).fabrics:
        design = design_fabric(FabricRequest(nodes=20, system=name, switch=choice.switch))
        assert design.link_gbps * design.planes == system(name).compute.gbps


def test_volta_ends_with_r580_and_knows_only_the_closed_module():
    for name in ("dgx-1", "dgx-2"):
        drivers = system(name).drivers
        assert (drivers.module, drivers.last) == ("closed", 580)


def test_blackwell_and_grace_need_the_open_module():
    for row in systems().values():
        if row.compute_capability.startswith("10.") or row.architecture == "arm64":
            assert row.drivers.module == "open"


def test_services_follow_the_nvlink_switches_not_the_name():
    for row in systems().values():
        if row.chassis:
            assert row.fabric_services == ("imex",)
        elif row.nvlink.switches:
            assert "fabricmanager" in row.fabric_services
            assert ("nvlsm" in row.fabric_services) == (row.nvlink.generation >= 5)
        else:
            assert not row.fabric_services


def test_sources_are_dated_and_uncertain_fields_exist():
    for row in [*systems().values(), *switches().values(), *cables(), *transceivers().values()]:
        assert row.source.read_on <= dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1)
        assert {field.partition(".")[0] for field in row.uncertain} <= set(type(row).model_fields)


def test_every_switch_speed_has_a_cable_and_every_fibre_a_transceiver():
    for row in switches().values():
        assert cable_for(2, row.port_gbps, row.protocol)
    for cable in cables():
        assert (cable.transceiver is not None) == (cable.medium == "fibre")
        if cable.transceiver:
            assert transceivers()[cable.transceiver].reach_m >= cable.reach_m
        assert list(cable.lengths_m) == sorted(cable.lengths_m)


def test_an_unknown_name_is_met_with_the_nearest():
    with pytest.raises(InputError) as caught:
        switch("qm970")
    assert caught.value.hint == "try qm9700, qm8700"
    with pytest.raises(InputError):
        system("dgx-x")


def test_nodes_of_a_rack_sold_whole_do_not_exceed_it():
    for row in systems().values():
        if row.chassis and row.rack_units and row.power_kw:
            assert row.chassis.nodes * row.rack_units <= row.chassis.rack_units
            assert row.chassis.nodes * row.power_kw <= row.chassis.power_kw
