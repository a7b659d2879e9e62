"""Slurm's programs against the local AWS: what they start is what a node's name says, and refusals become reasons."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from rackwright.design.model import Design, Subnet
from rackwright.elastic.settings import ElasticPool, Settings
from rackwright.pipeline.nodes.started_nodes import read_started, stop_started
from tests.integration.aws.conftest import Emulator
from tests.integration.aws.world import NICS
from tests.unit.configure.sample import design

pytestmark = pytest.mark.cloud

FAKE_SCONTROL = """#!/bin/sh
# Stands in for Slurm's own program: says names one by one and writes down what it is told.
case "$1 $2" in
"show hostnames") python3 -c "import sys; sys.path[:0] = ['{root}']; from rackwright.hostlist import expand
print(*expand('$3'), sep='\\n')" ;;
*) echo "$@" >> {told} ;;
esac
"""


@dataclass
class Controller:
    """A controller's programs with their files in a folder of their own."""

    folder: Path
    told: Path

    def run(self, *arguments: str) -> int:
        program = "from rackwright.elastic.__main__ import main; import pathlib, sys"
        code = f"{program}; sys.exit(main(sys.argv[1:], pathlib.Path('{self.folder}/power.json')))"
        path = os.pathsep.join([str(self.folder / "bin"), os.environ["PATH"]])
        return subprocess.run(
            [sys.executable, "-c", code, *arguments], env={**os.environ, "PATH": path}, check=False, timeout=120
        ).returncode

    @property
    def updates(self) -> list[str]:
        return self.told.read_text().splitlines() if self.told.exists() else []


@pytest.fixture
def controller(tmp_path: Path) -> Callable[[Emulator, ElasticPool], Controller]:
    def make(emulator: Emulator, pool: ElasticPool) -> Controller:
        scontrol, told = tmp_path / "bin" / "scontrol", tmp_path / "told"
        scontrol.parent.mkdir()
        root = Path(__file__).resolve().parents[3]
        scontrol.write_text(FAKE_SCONTROL.format(root=root, told=told))
        scontrol.chmod(0o755)
        wanted = Settings("elastic", "us-east-1", (pool,), endpoint=emulator.url, state=str(tmp_path / "state"))
        (tmp_path / "power.json").write_text(_as_json(wanted))
        return Controller(tmp_path, told)

    return make


def _as_json(settings: Settings) -> str:
    return json.dumps({**settings._asdict(), "pools": [pool._asdict() for pool in settings.pools]})


def pool_in(emulator: Emulator, network: int, name: str) -> ElasticPool:
    """A pool of nodes 16 to 31 in a subnet of its own, with a template as the program declares it."""
    ec2 = emulator.client("ec2")
    vpc = ec2.create_vpc(CidrBlock=f"10.{network}.0.0/16")["Vpc"]["VpcId"]
    tags = {"Name": f"{name}-subnet", "rackwright:stack": "elastic"}
    subnet = ec2.create_subnet(
        VpcId=vpc,
        CidrBlock=f"10.{network}.0.0/24",
        AvailabilityZoneId="use1-az6",
        TagSpecifications=[{"ResourceType": "subnet", "Tags": _tags(tags)}],
    )["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName="nodes", Description="nodes", VpcId=vpc)["GroupId"]
    nics = [_nic(nic, group) for nic in NICS]
    data = {
        "ImageId": "ami-1",
        "InstanceType": "p5.48xlarge",
        "NetworkInterfaces": nics,
        "UserData": base64.b64encode(b"#!/bin/sh\n").decode(),
        "TagSpecifications": [
            {"ResourceType": "instance", "Tags": _tags({"rackwright:stack": "elastic", "rackwright:pool": name})}
        ],
    }
    ec2.create_launch_template(LaunchTemplateName=f"elastic-{name}", LaunchTemplateData=data)
    ec2.create_subnet_cidr_reservation(SubnetId=subnet, Cidr=f"10.{network}.0.16/28", ReservationType="explicit")
    return ElasticPool(name, f"elastic-{name}", f"{name}-subnet", f"10.{network}.0.0/24", 16, 31)


def _nic(nic: Mapping[str, Any], group: str) -> dict[str, Any]:
    shown = {key[0].upper() + key[1:]: value for key, value in nic.items()}
    return {**shown, "DeleteOnTermination": True, "Groups": [group]}


def _tags(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def nodes(emulator: Emulator, pool: str) -> dict[str, dict[str, Any]]:
    filters = [{"Name": "tag:rackwright:pool", "Values": [pool]}]
    answer = emulator.client("ec2").describe_instances(Filters=[*filters, _running()])
    found = [one for reservation in answer["Reservations"] for one in reservation["Instances"]]
    return {next(tag["Value"] for tag in one["Tags"] if tag["Key"] == "Name"): one for one in found}


def _running() -> dict[str, Any]:
    return {"Name": "instance-state-name", "Values": ["pending", "running"]}


def test_a_node_starts_at_the_address_that_its_name_says_and_stops_again(emulator, controller) -> None:
    power = controller(emulator, pool_in(emulator, 120, "train"))
    assert power.run("resume", "train-[17,20]") == 0
    started = nodes(emulator, "train")
    assert {name: one["PrivateIpAddress"] for name, one in started.items()} == {
        "train-17": "10.120.0.17",
        "train-20": "10.120.0.20",
    }
    assert {len(one["NetworkInterfaces"]) for one in started.values()} == {len(NICS)}
    assert not power.updates
    assert power.run("resume", "train-17") == 0
    assert nodes(emulator, "train").keys() == started.keys(), "a second call starts nothing"
    assert power.run("suspend", "train-[17,20]") == 0
    assert not nodes(emulator, "train")
    assert power.run("suspend", "train-[17,20]") == 0, "stopping what is gone is no mistake"


def test_nobody_else_is_given_an_address_of_an_elastic_node(emulator) -> None:
    pool = pool_in(emulator, 121, "apart")
    ec2 = emulator.client("ec2")
    subnet = ec2.describe_subnets(Filters=[{"Name": "tag:Name", "Values": [pool.subnet]}])["Subnets"][0]["SubnetId"]
    others = ec2.run_instances(ImageId="ami-1", InstanceType="m7i.large", SubnetId=subnet, MinCount=14, MaxCount=14)
    given = [one["PrivateIpAddress"] for one in others["Instances"]]
    assert given[:12] == [f"10.121.0.{number}" for number in range(4, 16)]
    assert given[12:] == ["10.121.0.32", "10.121.0.33"]


def test_no_capacity_is_the_nodes_reason_in_slurm_and_the_pool_rests(start_emulator, tmp_path, controller) -> None:
    plan = tmp_path / "faults.yaml"
    fault = "{service: ec2, action: RunInstances, error: InsufficientInstanceCapacity, status: 500, skip: 1, count: 1}"
    plan.write_text(f"faults: [{fault}]")
    emulator = start_emulator(tmp_path / "state-of-aws", "--faults", str(plan))
    power = controller(emulator, pool_in(emulator, 122, "train"))
    assert power.run("resume", "train-[16-19]") == 4
    assert set(nodes(emulator, "train")) == {"train-16"}
    (update,) = power.updates
    assert "NodeName=train-17,train-18,train-19 State=DOWN Reason=(Code:InsufficientInstanceCapacity)" in update
    assert power.run("resume", "train-20") == 4, "EC2 is not asked again at once"
    assert set(nodes(emulator, "train")) == {"train-16"}


def test_a_busy_api_is_asked_again_without_anybody_noticing(start_emulator, tmp_path, controller) -> None:
    plan = tmp_path / "faults.yaml"
    plan.write_text(
        "faults: [{service: ec2, action: RunInstances, error: RequestLimitExceeded, status: 503, count: 2}]"
    )
    emulator = start_emulator(tmp_path / "state-of-aws", "--faults", str(plan))
    power = controller(emulator, pool_in(emulator, 123, "train"))
    assert power.run("resume", "train-16") == 0
    assert set(nodes(emulator, "train")) == {"train-16"}
    assert not power.updates


def test_another_machine_of_the_list_starts_where_the_first_has_no_capacity(
    start_emulator, tmp_path, controller
) -> None:
    plan = tmp_path / "faults.yaml"
    plan.write_text("faults: [{service: ec2, action: RunInstances, error: capacity, count: 1}]")
    emulator = start_emulator(tmp_path / "state-of-aws", "--faults", str(plan))
    pool = pool_in(emulator, 124, "train")._replace(alternatives=("p5e.48xlarge", "p5.48xlarge"))
    power = controller(emulator, pool)
    assert power.run("resume", "train-16") == 0
    (started,) = nodes(emulator, "train").values()
    assert (started["InstanceType"], started["PrivateIpAddress"]) == ("p5.48xlarge", "10.124.0.16"), "no zone has p5e"
    assert len(started["NetworkInterfaces"]) == len(NICS)
    assert not power.updates


def test_what_slurm_started_is_read_from_the_account_and_stopped_with_the_stack(emulator, controller) -> None:
    pool = pool_in(emulator, 125, "late")
    assert controller(emulator, pool).run("resume", "late-[17,20]") == 0
    wanted = elastic_design("10.125.0.0/24", "10.125.0.16/28")
    found = read_started(wanted, emulator.url)
    assert [(host.name, str(host.address)) for host in found] == [
        ("late-17", "10.125.0.17"),
        ("late-20", "10.125.0.20"),
    ]
    assert stop_started(wanted, emulator.url) == 2
    assert not nodes(emulator, "late")
    assert stop_started(wanted, emulator.url) == 0


def elastic_design(cidr: str, block: str) -> Design:
    """The sample cluster with one subnet, in which Slurm starts the nodes of pool late at the addresses of `block`."""
    plain = design("aws")
    subnet = Subnet(name="gpu-a", tier="gpu", zone_id="use1-az6", cidr=cidr, usable_addresses=251)
    late = plain.pool("train").model_copy(update={"name": "late", "elastic_cidr": block, "min_nodes": 0})
    network = plain.network.model_copy(update={"subnets": (subnet,)})
    return plain.model_copy(update={"name": "elastic", "network": network, "pools": (late,)})
