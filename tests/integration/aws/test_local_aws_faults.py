"""A cloud that misbehaves: what the provider rides out, what it tells, and that it never makes a thing twice."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
from botocore.exceptions import ClientError

from rackwright.cloud.aws.faults import Faults, save_faults
from rackwright.diagnostics import CapacityError, StepFailed
from rackwright.engine.providers.aws import again, retries
from tests.integration.aws.conftest import Emulator, Engine, start

pytestmark = pytest.mark.cloud

VPC = "aws:ec2/vpc:Vpc"
Break = Callable[..., None]


@pytest.fixture(scope="module")
def rough(tmp_path_factory) -> Iterator[Emulator]:
    folder = tmp_path_factory.mktemp("rough")
    running = start(folder, "--faults", str(folder / "faults.yaml"))
    running.client("ec2").create_vpc(CidrBlock="10.100.0.0/16")  # a service's first call takes a second or two
    yield running
    running.kill()


@pytest.fixture
def broken(rough: Emulator) -> Iterator[Break]:
    """``broken({...}, {...})`` makes these faults the plan; afterwards there are none."""
    path = rough.state / "faults.yaml"
    yield lambda *faults: save_faults(path, Faults.model_validate({"faults": faults}))
    path.unlink(missing_ok=True)


@pytest.fixture
def engine(rough: Emulator, monkeypatch) -> Engine:
    """A provider that gives up a silent connection after 1.5 s and does not wait long between tries."""
    monkeypatch.setattr(retries.Transport.__init__, "__kwdefaults__", {"read_s": 1.5, "connections": 4})
    monkeypatch.setattr(again, "BASE_S", 0.01)
    return Engine(rough.url)


def vpcs(emulator: Emulator, cidr: str) -> list[str]:
    found = emulator.client("ec2").describe_vpcs(Filters=[{"Name": "cidr", "Values": [cidr]}])["Vpcs"]
    return [vpc["VpcId"] for vpc in found]


@pytest.mark.parametrize(
    ("cidr", "fault"),
    [
        ("10.101.0.0/16", {"connection": "cut"}),
        ("10.102.0.0/16", {"connection": "silent"}),
        ("10.103.0.0/16", {"connection": "silent", "carried_out": True}),
        ("10.104.0.0/16", {"error": "internal"}),
        ("10.105.0.0/16", {"error": "unavailable"}),
        ("10.106.0.0/16", {"error": "throttled"}),
    ],
    ids=["cut", "silent", "silent-but-done", "500", "503", "throttled"],
)
def test_a_creation_whose_answer_is_lost_or_refused_for_a_while_happens_exactly_once(
    rough: Emulator, engine: Engine, broken: Break, cidr: str, fault: dict
) -> None:
    broken({"service": "ec2", "action": "CreateVpc", "count": 2, **fault})
    id_, _, outputs = engine.create(VPC, {"cidrBlock": cidr, "tags": {"made": "once"}})
    assert vpcs(rough, cidr) == [id_]
    assert outputs["tags"] == {"made": "once"}


def test_a_creation_that_was_cut_off_halfway_is_completed(rough: Emulator, engine: Engine, broken: Break) -> None:
    broken({"action": "ModifyVpcAttribute", "connection": "silent", "count": 1})
    id_, _, _ = engine.create(VPC, {"cidrBlock": "10.107.0.0/16", "enableDnsHostnames": True})
    found = rough.client("ec2").describe_vpc_attribute(VpcId=id_, Attribute="enableDnsHostnames")
    assert found["EnableDnsHostnames"] == {"Value": True}


def test_reads_and_repeatable_changes_ride_out_whatever_ends(rough: Emulator, engine: Engine, broken: Break) -> None:
    id_, inputs, outputs = engine.create(VPC, {"cidrBlock": "10.108.0.0/16"})
    broken(
        {"action": "Describe*", "connection": "cut", "count": 2},
        {"action": "DeleteVpc", "connection": "cut", "count": 1},
    )
    assert engine.read(VPC, id_, inputs, outputs)[0] == id_
    engine.delete(VPC, id_, inputs, outputs)
    assert not vpcs(rough, "10.108.0.0/16")


def test_expired_credentials_are_told_at_once_with_a_way_out(rough: Emulator, engine: Engine, broken: Break) -> None:
    broken({"service": "ec2", "error": "expired"})
    with pytest.raises(StepFailed, match=r"credentials have expired \(RequestExpired\)") as refused:
        engine.create(VPC, {"cidrBlock": "10.109.0.0/16"})
    assert "sign in again" in refused.value.hint
    assert struck(rough) == [1], "an expired token is not tried again"


def struck(emulator: Emulator) -> list[int]:
    with urlopen(f"{emulator.url}/rackwright/faults") as answer:
        return [fault["struck"] for fault in json.load(answer)["faults"]]


def test_a_run_of_failures_ends_within_its_bound(engine: Engine, broken: Break, rough: Emulator) -> None:
    broken({"service": "kms", "error": "unavailable"})
    with pytest.raises(StepFailed, match="ServiceUnavailable"):
        engine.create("aws:kms/key:Key", {"description": "never"})
    assert struck(rough)[0] <= retries.TOTAL_ATTEMPTS


def test_a_token_that_comes_again_gets_the_first_answer_and_starts_nothing(rough: Emulator) -> None:
    ec2 = rough.client("ec2")
    asked = {"ImageId": "ami-1", "InstanceType": "m7i.large", "MinCount": 1, "MaxCount": 1, "ClientToken": "t"}
    first, second = (ec2.run_instances(**asked)["Instances"][0]["InstanceId"] for _ in range(2))
    assert first == second
    with pytest.raises(ClientError, match="IdempotentParameterMismatch"):
        ec2.run_instances(**{**asked, "InstanceType": "m7i.xlarge"})


# --- launches that a group makes by itself ----------------------------------------------------------------------------


def group(engine: Engine, name: str, nodes: int) -> str:
    template = {"imageId": "ami-1", "instanceType": "p5.48xlarge"}
    id_, _, _ = engine.create("aws:ec2/launchTemplate:LaunchTemplate", template, name)
    sizes = {"minSize": nodes, "maxSize": nodes, "desiredCapacity": nodes}
    inputs = {**sizes, "availabilityZones": ["us-east-1a"], "launchTemplate": {"id": id_, "version": "1"}}
    return engine.create("aws:autoscaling/group:Group", {**inputs, "name": name}, name)[0]


def test_a_group_that_gets_no_capacity_tries_again_and_then_says_why(engine: Engine, broken: Break) -> None:
    broken({"service": "ec2", "action": "RunInstances", "error": "capacity"})
    with pytest.raises(CapacityError, match=r"0 of 2 instances in service: .*sufficient capacity") as refused:
        group(engine, "starved", 2)
    assert "zone" in refused.value.hint


def test_a_group_that_gets_capacity_later_comes_up_and_survives_a_restart(
    start_emulator: Callable[..., Emulator], broken: Break, tmp_path: Path, monkeypatch
) -> None:
    save_faults(
        tmp_path / "faults.yaml",
        Faults.model_validate(
            {"faults": [{"service": "ec2", "action": "RunInstances", "error": "capacity", "skip": 1, "count": 1}]}
        ),
    )
    emulator = start_emulator(tmp_path / "aws", "--faults", str(tmp_path / "faults.yaml"))
    group(Engine(emulator.url), "late", 3)
    before = members(emulator)
    assert len(before) == 3
    emulator.kill()
    assert members(start_emulator(tmp_path / "aws")) == before, "the replay failed where the first run did"


def members(emulator: Emulator) -> list[str]:
    (found,) = emulator.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
    return sorted(one["InstanceId"] for one in found["Instances"])


# --- quotas -----------------------------------------------------------------------------------------------------------


def test_a_lowered_quota_is_read_and_bites_but_a_block_counts_for_none(rough: Emulator) -> None:
    plan = Faults(quotas={"L-417A185B": 192, "L-0263D0A3": 0, "L-F678F1CE": 0})
    save_faults(rough.state / "faults.yaml", plan)
    ec2, quotas = rough.client("ec2", "ap-south-1"), rough.client("service-quotas", "ap-south-1")
    read = quotas.get_service_quota(ServiceCode="ec2", QuotaCode="L-417A185B")["Quota"]
    assert (read["QuotaName"], read["Value"]) == ("Running On-Demand P instances", 192)
    p5 = {"ImageId": "ami-1", "InstanceType": "p5.48xlarge", "MinCount": 1, "MaxCount": 1}
    sold = {"CapacityReservationTarget": {"CapacityReservationId": "cr-0123456789abcdef0"}}
    block = {"InstanceMarketOptions": {"MarketType": "capacity-block"}, "CapacityReservationSpecification": sold}
    ec2.run_instances(**p5, **block)
    ec2.run_instances(**p5)
    for call, code in (
        (lambda: ec2.run_instances(**p5), "VcpuLimitExceeded"),
        (lambda: ec2.allocate_address(Domain="vpc"), "AddressLimitExceeded"),
        (lambda: ec2.create_vpc(CidrBlock="10.0.0.0/16"), "VpcLimitExceeded"),
    ):
        with pytest.raises(ClientError, match=code):
            call()
    ec2.run_instances(**p5, **block)
    (rough.state / "faults.yaml").unlink()
    ec2.run_instances(**p5)
