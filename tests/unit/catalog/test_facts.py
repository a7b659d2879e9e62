"""The catalog: complete, sourced, and in agreement with the data that moto and botocore ship."""

from __future__ import annotations

import pytest

from rackwright.catalog import Machine, load_catalog
from rackwright.catalog.compare import ON_PURPOSE, differences
from rackwright.catalog.kinds import KINDS, records, sources_of, without_source
from rackwright.catalog.regions import REGION_COUNTRY, REGION_PREFIX
from rackwright.pipeline.knowledge.described import botocore_types, catalog_differences, moto_descriptions

CATALOG = load_catalog()
AWS = [machine for machine in CATALOG.machines.values() if machine.kind == "aws"]


def test_instance_types_agree_with_the_copies_of_motos_and_botocores_except_where_explained():
    unexplained = [one for one in catalog_differences() if one.reason is None]
    assert not unexplained


def test_every_explanation_of_a_difference_is_still_needed():
    assert {(one.machine, one.fact) for one in catalog_differences()} == set(ON_PURPOSE)


def test_a_wrong_number_is_a_difference_without_a_reason():
    wrong = CATALOG.machine("p5.48xlarge").model_copy(update={"vcpus": 193})
    found = differences([wrong], moto_descriptions(), botocore_types())
    assert [(one.fact, one.ours, one.theirs, one.reason) for one in found] == [("vcpus", 193, 192, None)]


def test_an_instance_type_that_the_api_does_not_list_is_a_difference():
    invented = CATALOG.machine("p5.48xlarge").model_copy(update={"name": "p5.49xlarge"})
    found = differences([invented], moto_descriptions(), botocore_types())
    assert [one.fact for one in found] == ["listed", "present"]


def test_cards_with_efa_are_those_that_moto_says_take_it():
    for machine in AWS:
        for card in moto_descriptions().get(machine.name, {}).get("NetworkInfo", {}).get("NetworkCards", []):
            takes = card.get("InterfaceTypes")
            if takes and card["NetworkCardIndex"] in machine.efa_cards:
                assert "efa-only" in takes or "efa" in takes, (machine.name, card["NetworkCardIndex"])


def test_fabric_bandwidth_is_what_the_user_guide_says():
    told = {
        "p4d.24xlarge": 400,
        "p5.48xlarge": 3200,
        "p5en.48xlarge": 3200,
        "p6-b200.48xlarge": 3200,
        "p6-b300.48xlarge": 6400,
        "p6e-gb200.36xlarge": 1600,
        "trn1.32xlarge": 800,
        "trn2.48xlarge": 3200,
        "g6e.48xlarge": 400,
        "g7e.48xlarge": 1600,
    }
    assert {name: CATALOG.machine(name).efa_gbps for name in told} == told


@pytest.mark.parametrize("machine", [m for m in CATALOG.machines.values() if m.gpu_model], ids=lambda m: m.name)
def test_gpus_of_machines_are_known(machine: Machine):
    assert CATALOG.gpu_of(machine) is not None, machine.gpu_model


def test_every_record_of_every_kind_says_where_it_was_read():
    assert [f"{kind} {name}" for kind, name, record in records() if without_source(record)] == []
    kinds = {kind for kind, _, _ in records()}
    assert kinds == {*KINDS, "prices", "floors", "bulletins"}


def test_sources_have_a_page_and_a_day():
    for _, _, record in records():
        for source in sources_of(record):
            assert str(source.url).startswith(("https://", "pkg:"))
            assert source.read_on.year >= 2025


def test_an_unknown_price_is_none_and_not_zero():
    assert CATALOG.price("p6e-gb200.36xlarge", "us-east-1") is None
    assert CATALOG.price("p5.48xlarge", "eu-north-1") is None
    assert all(price.usd is None or price.usd > 0 for price in CATALOG.prices.values())


def test_regions_have_a_prefix_and_a_country():
    assert set(REGION_PREFIX) == set(REGION_COUNTRY)
