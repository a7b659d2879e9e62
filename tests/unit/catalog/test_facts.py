"""The catalog: complete, sourced, and in agreement with the data that moto and botocore ship."""

from __future__ import annotations

import gzip
import json
from functools import cache
from importlib import resources
from typing import Any

import pytest
from botocore.loaders import Loader

from rackwright.catalog import Machine, load_catalog
from rackwright.catalog.regions import REGION_COUNTRY, REGION_PREFIX

CATALOG = load_catalog()
AWS = [machine for machine in CATALOG.machines.values() if machine.kind == "aws"]

DIFFERENCES: dict[str, str] = {
    "p6e-gb200.36xlarge": "not in moto's data; from the EC2 User Guide",
}
"""Where the catalog differs on purpose from the copied data, and why."""


@cache
def moto_types() -> dict[str, Any]:
    packed = resources.files("moto.ec2").joinpath("resources", "instance_types.json.gz").read_bytes()
    return json.loads(gzip.decompress(packed))


@cache
def botocore_types() -> frozenset[str]:
    shapes = Loader().load_service_model("ec2", "service-2")["shapes"]
    return frozenset(shapes["InstanceType"]["enum"])


def _facts_of(theirs: dict[str, Any]) -> dict[str, Any]:
    network = theirs["NetworkInfo"]
    gpus = theirs.get("GpuInfo", {}).get("Gpus", [{}])[0]
    disks = theirs.get("InstanceStorageInfo", {}).get("Disks", [{}])[0]
    return {
        "architecture": theirs["ProcessorInfo"]["SupportedArchitectures"][0],
        "vcpus": theirs["VCpuInfo"]["DefaultVCpus"],
        "memory_gib": theirs["MemoryInfo"]["SizeInMiB"] / 1024,
        "gpus": gpus.get("Count", 0) or theirs.get("NeuronInfo", {}).get("NeuronDevices", [{}])[0].get("Count", 0),
        "cards": len(network["NetworkCards"]),
        "nics_per_card": network["NetworkCards"][0]["MaximumNetworkInterfaces"],
        "efa_max": network.get("EfaInfo", {}).get("MaximumEfaInterfaces", 0),
        "nvme_devices": disks.get("Count", 0),
        "nvme_gb": disks.get("Count", 0) * disks.get("SizeInGB", 0),
    }


def test_facts_agree_with_motos_copy_of_describe_instance_types():
    differ = {}
    for machine in AWS:
        theirs = moto_types().get(machine.name)
        if theirs is None:
            differ[machine.name] = "absent"
        elif (facts := _facts_of(theirs)) != {key: getattr(machine, key) for key in facts}:
            differ[machine.name] = {k: (getattr(machine, k), v) for k, v in facts.items() if getattr(machine, k) != v}
    assert set(differ) == set(DIFFERENCES), f"unexplained differences: {differ}"


def test_cards_with_efa_are_those_that_moto_says_take_it():
    for machine in AWS:
        for card in moto_types().get(machine.name, {}).get("NetworkInfo", {}).get("NetworkCards", []):
            takes = card.get("InterfaceTypes")
            if takes and card["NetworkCardIndex"] in machine.efa_cards:
                assert "efa-only" in takes or "efa" in takes, (machine.name, card["NetworkCardIndex"])


def test_instance_types_exist_for_botocore():
    assert {machine.name for machine in AWS} <= botocore_types()


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


def test_every_record_says_where_it_was_read():
    for record in (*CATALOG.machines.values(), *CATALOG.gpus.values(), *CATALOG.prices.values()):
        assert record.source.url.startswith("https://")
        assert record.source.read_on.year >= 2025


def test_an_unknown_price_is_none_and_not_zero():
    assert CATALOG.price("p6e-gb200.36xlarge", "us-east-1") is None
    assert CATALOG.price("p5.48xlarge", "eu-north-1") is None
    assert all(price.usd is None or price.usd > 0 for price in CATALOG.prices.values())


def test_regions_have_a_prefix_and_a_country():
    assert set(REGION_PREFIX) == set(REGION_COUNTRY)
