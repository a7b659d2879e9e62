"""Capacity reservations and blocks: what they hold, for whom, and from when to when."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rackwright.cloud.aws import lifecycle, server
from tests.integration.aws.conftest import SESSION

pytestmark = pytest.mark.cloud
DAY_S = 24 * 3600


@dataclass
class Place:
    ec2: Any
    scaling: Any
    subnet: str
    now: float

    def launch(self, count: int, reservation: str, **more: Any) -> list[str]:
        target = {"CapacityReservationTarget": {"CapacityReservationId": reservation}}
        asked = {"ImageId": "ami-1", "InstanceType": "p5.48xlarge", "SubnetId": self.subnet, **more}
        answer = self.ec2.run_instances(
            **asked, MinCount=count, MaxCount=count, CapacityReservationSpecification=target
        )
        return [one["InstanceId"] for one in answer["Instances"]]

    def shown(self, reservation: str) -> dict[str, Any]:
        answer = self.ec2.describe_capacity_reservations(CapacityReservationIds=[reservation])
        return dict(answer["CapacityReservations"][0])


@pytest.fixture(scope="module")
def here(tmp_path_factory) -> Iterator[Place]:
    """An emulator in this process, so that its clock is in the test's hands."""
    folder = tmp_path_factory.mktemp("capacity")
    running = server.serve("127.0.0.1", 0, folder / "state", folder / "faults.yaml")
    known = {"region_name": "us-east-1", "aws_access_key_id": "test", "aws_secret_access_key": "test"}
    url = f"http://127.0.0.1:{running.port}"
    ec2, scaling = (SESSION.create_client(name, endpoint_url=url, **known) for name in ("ec2", "autoscaling"))
    vpc = ec2.create_vpc(CidrBlock="10.62.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.62.0.0/24", AvailabilityZoneId="use1-az6")["Subnet"]["SubnetId"]
    place = Place(ec2, scaling, subnet, time.time())
    lifecycle.pace.clock = lambda: place.now
    yield place
    lifecycle.pace.clock = time.time
    running.stop()


def refused(call, *args: Any, **params: Any) -> str:
    with pytest.raises(ClientError) as problem:
        call(*args, **params)
    return str(problem.value.response["Error"]["Code"])


def zone(here: Place) -> str:
    return str(here.ec2.describe_subnets(SubnetIds=[here.subnet])["Subnets"][0]["AvailabilityZone"])


def reserve(here: Place, count: int = 2) -> str:
    answer = here.ec2.create_capacity_reservation(
        InstanceType="p5.48xlarge", InstancePlatform="Linux/UNIX", AvailabilityZone=zone(here), InstanceCount=count
    )
    return str(answer["CapacityReservation"]["CapacityReservationId"])


def buy(here: Place, days: int = 2, count: int = 2) -> str:
    offers = here.ec2.describe_capacity_block_offerings(
        InstanceType="p5.48xlarge", InstanceCount=count, CapacityDurationHours=24 * days
    )["CapacityBlockOfferings"]
    offer = offers[0]["CapacityBlockOfferingId"]
    bought = here.ec2.purchase_capacity_block(CapacityBlockOfferingId=offer, InstancePlatform="Linux/UNIX")
    return str(bought["CapacityReservation"]["CapacityReservationId"])


def test_a_reservation_gives_as_many_as_it_holds_and_no_other_type(here: Place) -> None:
    reservation = reserve(here)
    assert refused(here.launch, 1, reservation, InstanceType="m7i.large") == "ReservationCapacityExceeded"
    first = here.launch(2, reservation)
    assert here.shown(reservation)["AvailableInstanceCount"] == 0
    assert refused(here.launch, 1, reservation) == "ReservationCapacityExceeded"
    here.ec2.terminate_instances(InstanceIds=first[:1])
    assert here.shown(reservation)["AvailableInstanceCount"] == 1
    here.ec2.terminate_instances(InstanceIds=[*first, *here.launch(1, reservation)])


def test_a_cancelled_reservation_gives_nothing(here: Place) -> None:
    reservation = reserve(here)
    here.ec2.cancel_capacity_reservation(CapacityReservationId=reservation)
    assert here.shown(reservation)["State"] == "cancelled"
    assert refused(here.launch, 1, reservation) == "ReservationCapacityExceeded"


def test_a_block_gives_nothing_before_its_start_and_takes_all_back_before_its_end(here: Place) -> None:
    block = buy(here, days=2)
    market = {"InstanceMarketOptions": {"MarketType": "capacity-block"}}
    assert here.shown(block)["State"] == "scheduled"
    assert refused(here.launch, 1, block, **market) == "ReservationCapacityExceeded"
    here.now = here.shown(block)["StartDate"].timestamp()
    assert refused(here.launch, 1, block) == "InvalidParameterCombination", "the market type must be named"
    (instance,) = here.launch(1, block, **market)
    here.now = here.shown(block)["EndDate"].timestamp() - 29 * 60
    assert here.shown(block)["AvailableInstanceCount"] == 2
    state = here.ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]["State"]["Name"]
    assert state == "terminated"
    here.now += 30 * 60
    assert here.shown(block)["State"] == "expired"
    assert refused(here.ec2.cancel_capacity_reservation, CapacityReservationId=block) == "OperationNotPermitted"


def test_a_block_has_a_count_and_a_length_that_aws_sells(here: Place) -> None:
    asked = {"InstanceType": "p5.48xlarge", "InstanceCount": 2, "CapacityDurationHours": 48}
    offer = here.ec2.describe_capacity_block_offerings
    assert refused(offer, **{**asked, "InstanceCount": 3}) == "InvalidParameterValue"
    assert refused(offer, **{**asked, "CapacityDurationHours": 36}) == "InvalidParameterValue"
    assert not offer(**{**asked, "InstanceType": "p9.huge"})["CapacityBlockOfferings"]


def test_a_reservation_bought_elsewhere_is_taken_at_its_word(here: Place) -> None:
    started = here.launch(1, "cr-0123456789abcdef0")
    here.ec2.terminate_instances(InstanceIds=started)
    unknown = here.ec2.describe_capacity_reservations
    assert refused(unknown, CapacityReservationIds=["cr-0123456789abcdef0"]) == "InvalidCapacityReservationId.NotFound"


def test_ways_of_buying_that_exclude_one_another_are_refused(here: Place) -> None:
    spot = {"InstanceMarketOptions": {"MarketType": "spot", "SpotOptions": {"MaxPrice": "20"}}}
    block = {"InstanceMarketOptions": {"MarketType": "capacity-block", "SpotOptions": {"MaxPrice": "20"}}}
    assert refused(here.launch, 1, "cr-0123456789abcdef0", **spot) == "InvalidParameterCombination"
    assert refused(here.launch, 1, "cr-0123456789abcdef0", **block) == "InvalidParameterCombination"
    both = {
        "CapacityReservationTarget": {
            "CapacityReservationId": "cr-0123456789abcdef0",
            "CapacityReservationResourceGroupArn": "arn:aws:resource-groups:us-east-1:123456789012:group/x",
        }
    }
    asked = {"ImageId": "ami-1", "InstanceType": "p5.48xlarge", "SubnetId": here.subnet, "MinCount": 1, "MaxCount": 1}
    refusal = refused(here.ec2.run_instances, **asked, CapacityReservationSpecification=both)
    assert refusal == "InvalidParameterCombination"
