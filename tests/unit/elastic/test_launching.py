"""From a name to a launch, and EC2's wire format."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rackwright.elastic.launching import batches, launch_params
from rackwright.elastic.settings import ElasticPool, Settings, address_of, read_settings
from rackwright.elastic.wire import form_of, interfaces_in, parsed, refusal_of

POOL = ElasticPool("train", "c-train", "c-gpu-use1-az6", "10.40.32.0/20", 16, 47, "c-train")
SETTINGS = Settings("c", "us-east-1", (POOL, ElasticPool("train-2", "c-t2", "c-gpu", "10.40.48.0/20", 16, 17)))
NICS = [
    {"NetworkCardIndex": "0", "DeviceIndex": "0", "InterfaceType": "interface", "Groups": ["sg-1"]},
    {"NetworkCardIndex": "0", "DeviceIndex": "1", "InterfaceType": "efa-only", "Groups": ["sg-2"]},
    {"NetworkCardIndex": "1", "DeviceIndex": "0", "InterfaceType": "efa-only", "Groups": ["sg-2"]},
]


@given(st.integers(16, 47))
def test_a_node_is_started_with_the_address_that_its_name_says(number: int) -> None:
    params = launch_params(POOL, f"train-{number}", "subnet-1", NICS)
    first, *others = params["NetworkInterface"]
    assert first["PrivateIpAddress"] == address_of(POOL, f"train-{number}") == f"10.40.32.{number}"
    assert all("PrivateIpAddress" not in nic for nic in others)
    assert {nic["SubnetId"] for nic in params["NetworkInterface"]} == {"subnet-1"}
    assert [nic["SecurityGroupId"] for nic in params["NetworkInterface"]] == [["sg-1"], ["sg-2"], ["sg-2"]]
    assert params["MinCount"] == params["MaxCount"] == 1


def test_a_pool_without_interfaces_of_its_own_gets_the_plain_parameters() -> None:
    params = launch_params(POOL._replace(placement_group=""), "train-16", "subnet-1", [])
    assert (params["SubnetId"], params["PrivateIpAddress"]) == ("subnet-1", "10.40.32.16")
    assert "Placement" not in params
    assert "NetworkInterface" not in params


@pytest.mark.parametrize(
    ("node", "pool"),
    [("train-16", "train"), ("train-2-17", "train-2"), ("train-48", None), ("head-10", None), ("train-x", None)],
)
def test_a_node_belongs_to_the_pool_that_may_start_it(node: str, pool: str | None) -> None:
    found = SETTINGS.pool_of(node)
    assert (found.name if found else None) == pool


@given(st.lists(st.text(min_size=1), max_size=50), st.integers(1, 10))
def test_batches_keep_everything_in_order(items: list[str], size: int) -> None:
    lots = batches(items, size)
    assert [item for lot in lots for item in lot] == items
    assert all(1 <= len(lot) <= size for lot in lots)


def test_parameters_are_written_as_ec2_reads_them() -> None:
    form = parse_qs(form_of("RunInstances", launch_params(POOL, "train-16", "subnet-1", NICS)).decode())
    assert form["Action"] == ["RunInstances"]
    assert form["NetworkInterface.1.PrivateIpAddress"] == ["10.40.32.16"]
    assert form["NetworkInterface.3.SecurityGroupId.1"] == ["sg-2"]
    assert form["TagSpecification.1.Tag.2.Value"] == ["train-16"]


def test_an_error_is_read_even_when_its_text_was_cut() -> None:
    said = "500 <?xml?><Response><Errors><Error><Code>InsufficientInstanceCapacity</Code>\n<Message>We currently do"
    refused = refusal_of(500, said)
    assert (refused.code, refused.message) == ("InsufficientInstanceCapacity", "We currently do")
    assert refusal_of(502, "502 <html>").code == "InternalError"
    assert refusal_of(404, "404 <html>").code == "HTTP404"


def test_interfaces_of_a_template_come_back_with_their_groups() -> None:
    answer = b"""<?xml version="1.0"?><R xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><launchTemplateVersionSet>
      <item><launchTemplateData><networkInterfaceSet><item><deviceIndex>1</deviceIndex>
      <networkCardIndex>3</networkCardIndex><interfaceType>efa-only</interfaceType>
      <groupSet><groupId>sg-7</groupId></groupSet></item></networkInterfaceSet></launchTemplateData></item>
      </launchTemplateVersionSet></R>"""
    assert interfaces_in(parsed(answer)) == [
        {"NetworkCardIndex": "3", "DeviceIndex": "1", "InterfaceType": "efa-only", "Groups": ["sg-7"]}
    ]


def test_settings_take_a_local_cloud_from_what_first_boot_wrote(tmp_path: Path) -> None:
    told, node = tmp_path / "slurm-power.json", tmp_path / "node.json"
    told.write_text(json.dumps({"stack": "c", "region": "us-east-1", "pools": [POOL._asdict()]}))
    assert read_settings(told, node) == Settings("c", "us-east-1", (POOL,))
    node.write_text(
        json.dumps({"endpoint": "http://10.0.0.1:4599", "metadata": "http://10.0.0.1:1338", "pool": "head"})
    )
    assert read_settings(told, node).endpoint == "http://10.0.0.1:4599"
