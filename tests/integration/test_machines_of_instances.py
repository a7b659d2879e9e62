"""From an EC2 instance of the local AWS API to a machine that answers, and back to nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

import boto3
import pytest

from rackwright.cloud import machine, process
from rackwright.cloud.local import LocalCloud
from tests.integration.test_machines import NOTHING, PATIENCE_S, boot_id, on, restarted, settings_in, traces, wait_until

pytestmark = [pytest.mark.machines, pytest.mark.cloud, pytest.mark.slow]

BOOT_SCRIPT = "#!/bin/sh\necho hello from user data > /etc/motd\n"


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[LocalCloud]:
    settings = replace(settings_in(tmp_path), aws_port=0)
    cloud = LocalCloud(settings)
    try:
        yield cloud
    finally:
        cloud.down(on_progress=lambda _: None)
        assert traces(settings) == NOTHING


def client(endpoint: str, service: str) -> Any:
    return boto3.client(
        service, endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
    )


def test_an_instance_becomes_a_machine_survives_a_killed_cloud_and_goes_when_it_is_terminated(
    cloud: LocalCloud,
) -> None:
    ec2 = client(cloud.up(lambda _: None).endpoint, "ec2")
    block = IPv4Network(cloud.settings.network_cidr)
    vpc = ec2.create_vpc(CidrBlock=str(block))["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(
        VpcId=vpc, AvailabilityZone="us-east-1a", CidrBlock=str(next(block.subnets(new_prefix=26)))
    )["Subnet"]["SubnetId"]
    tags = [{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "node-1"}]}]
    started = ec2.run_instances(
        ImageId="ami-12345678",
        InstanceType="m7i.large",
        MinCount=1,
        MaxCount=1,
        SubnetId=subnet,
        UserData=BOOT_SCRIPT,
        TagSpecifications=tags,
    )["Instances"][0]
    [booted] = cloud.wait_for_machines([started["InstanceId"]], PATIENCE_S, lambda _: None)
    assert (booted.name, booted.address) == ("node-1", started["PrivateIpAddress"])
    wait_until("user data", lambda: on(cloud, booted.address, "cat /etc/motd") == "hello from user data")

    before = boot_id(cloud, booted.address)
    process.stop(cloud.settings.root, process.DAEMON, with_signal=9)
    ec2 = client(cloud.up(lambda _: None).endpoint, "ec2")
    cloud.wait_for_machines([started["InstanceId"]], PATIENCE_S, lambda _: None)
    assert boot_id(cloud, booted.address) == before

    ec2.reboot_instances(InstanceIds=[started["InstanceId"]])
    wait_until("the reboot", restarted(cloud, booted.address, before))
    ec2.terminate_instances(InstanceIds=[started["InstanceId"]])
    wait_until("the end of it", lambda: machine.folders(cloud.settings) == frozenset())
    assert cloud.status().machines == ()


def test_a_change_of_the_stacks_addresses_moves_the_bridge_and_its_services(cloud: LocalCloud) -> None:
    cloud.up(lambda _: None)
    moved = LocalCloud(replace(cloud.settings, network_cidr=settings_in(cloud.settings.root).network_cidr))
    assert moved.settings.gateway != cloud.settings.gateway
    assert moved.up(lambda _: None).apt_proxy == moved.settings.apt_proxy
    wait_until("the registry", lambda: bool(moved.serve_images(["nvcr.io/nvidia/pytorch:25.10-py3"])))
