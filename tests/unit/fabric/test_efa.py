"""EFA layouts: legal for every machine, and exactly those of the EC2 User Guide."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rackwright.catalog import Machine, load_catalog
from rackwright.diagnostics import InputError
from rackwright.fabric.efa import NicSlot, addresses_per_node, legal, max_pods, nic_layout

CATALOG = load_catalog()
AWS = [machine for machine in CATALOG.machines.values() if machine.kind == "aws"]


@given(st.sampled_from(AWS), st.data())
def test_any_number_of_efa_interfaces_gives_a_legal_layout(machine: Machine, data: st.DataObject):
    count = data.draw(st.integers(0, len(machine.efa_cards)))
    slots = nic_layout(machine, efa_interfaces=count)
    assert legal(machine, slots) == []
    assert sum(slot.interface_type == "efa-only" for slot in slots) == count
    assert addresses_per_node(slots) == 1, "an ip-optimised node takes one address"
    assert len(slots) <= machine.cards * machine.nics_per_card


@given(st.sampled_from(AWS))
def test_the_primary_interface_is_first_and_ordinary(machine: Machine):
    slots = nic_layout(machine)
    assert slots[0] == NicSlot(0, 0, "interface")
    assert list(slots) == sorted(slots)


def test_more_interfaces_than_cards_are_refused():
    with pytest.raises(InputError, match="32 EFA interfaces, 33 were asked for"):
        nic_layout(CATALOG.machine("p5.48xlarge"), efa_interfaces=33)


def test_a_layout_that_nobody_published_is_refused():
    with pytest.raises(InputError, match="no published bandwidth-optimised layout"):
        nic_layout(CATALOG.machine("p5en.48xlarge"), "bandwidth-optimised")


@pytest.mark.parametrize("machine", AWS, ids=lambda m: m.name)
def test_recommended_layouts_are_legal(machine: Machine):
    assert legal(machine, nic_layout(machine)) == []
    if machine.extra_ena_cards:
        assert legal(machine, nic_layout(machine, "bandwidth-optimised")) == []


@pytest.mark.parametrize(
    ("name", "policy", "interfaces", "addresses"),
    [
        ("p4d.24xlarge", "ip-optimised", 5, 1),
        ("p5.48xlarge", "ip-optimised", 33, 1),
        ("p5.48xlarge", "bandwidth-optimised", 40, 8),
        ("p5en.48xlarge", "ip-optimised", 17, 1),
        ("p6-b200.48xlarge", "ip-optimised", 9, 1),
        ("p6-b200.48xlarge", "bandwidth-optimised", 16, 8),
        ("p6-b300.48xlarge", "ip-optimised", 17, 1),
        ("p6-b300.48xlarge", "bandwidth-optimised", 33, 17),
        ("p6e-gb200.36xlarge", "ip-optimised", 5, 1),
        ("trn2.48xlarge", "ip-optimised", 17, 1),
        ("g6e.48xlarge", "ip-optimised", 5, 1),
        ("g6e.8xlarge", "ip-optimised", 2, 1),
        ("m7i.4xlarge", "ip-optimised", 1, 1),
    ],
)
def test_layouts_are_those_of_the_user_guide(name: str, policy: str, interfaces: int, addresses: int):
    slots = nic_layout(CATALOG.machine(name), policy)
    assert (len(slots), addresses_per_node(slots)) == (interfaces, addresses)


def test_the_first_card_of_b300_carries_no_efa():
    slots = nic_layout(CATALOG.machine("p6-b300.48xlarge"))
    assert slots[0] == NicSlot(0, 0, "interface")
    assert [slot.card_index for slot in slots[1:]] == list(range(1, 17))


def test_an_illegal_layout_is_told_part_by_part():
    wrong = (NicSlot(0, 0, "efa-only"), NicSlot(0, 1, "efa-only"), NicSlot(99, 0, "interface"))
    assert len(legal(CATALOG.machine("p5.48xlarge"), wrong)) == 3


def test_pods_on_p5_are_fifty_one():
    assert max_pods(CATALOG.machine("p5.48xlarge"), with_efa=True) == 51
