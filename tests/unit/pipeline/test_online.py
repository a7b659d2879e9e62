"""Online checks over a provider that is played: the launch asked is the launch planned, and silence is not consent."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from rackwright.engine import Plan
from rackwright.engine.plan import ignore
from rackwright.pipeline.online import check_online, quota_is_for
from rackwright.pipeline.open import open_stack
from rackwright.pipeline.prepare import Prepared
from rackwright.pipeline.program.provider_reads import Refused, Reply, reply_to
from rackwright.pipeline.program.provision import EmbeddedEngine, program_config
from rackwright.pipeline.workspace import Workspace, project_root
from rackwright.preflight.online import Answer, Unread

NOW = dt.datetime(2026, 12, 2, tzinfo=dt.UTC)


@cache
def planned() -> tuple[Prepared, Plan]:
    prepared, _ = open_stack(project_root(), "h100-train")
    config = program_config(spec=str(prepared.path.resolve()), endpoint=None, ssh_key="")
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "infra").symlink_to(project_root() / "infra")
        plan, _ = EmbeddedEngine(Workspace(Path(folder), prepared.stack), prepared, None, config).preview(ignore)
    return prepared, plan


class Played:
    """A provider that answers from a table: operation -> reply, or a function of the parameters."""

    ec2 = botocore.session.Session().get_service_model("ec2")

    def __init__(self, **replies: Reply | Callable[..., Reply]) -> None:
        self.replies = replies
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def read(self, service: str, operation: str, **params: Any) -> Reply:
        self.asked.append((operation, params))
        reply = self.replies.get(operation, Unread(f"no permission for {service}:{operation}"))
        return reply(**params) if callable(reply) else reply


def answers(provider: Played) -> dict[str, set[Answer]]:
    found: dict[str, set[Answer]] = {}
    for verdict in check_online(*planned(), provider, NOW):
        found.setdefault(verdict.check, set()).add(verdict.answer)
    return found


def test_without_any_permission_nothing_is_passed_and_nothing_fails() -> None:
    assert set().union(*answers(Played()).values()) == {Answer.NOT_CHECKED}


def test_the_rehearsed_launch_is_the_planned_launch_template() -> None:
    image = {"ImageId": "ami-1", "State": "available", "Architecture": "x86_64", "CreationDate": "2026-01-01"}
    provider = Played(
        DescribeImages={"Images": [image]},
        DescribeInstances={"Reservations": []},
        DescribeSubnets={"Subnets": [{"SubnetId": "subnet-1", "AvailableIpAddressCount": 4000}]},
        RunInstances=Refused("DryRunOperation", "Request would have succeeded"),
    )
    assert answers(provider)["launch"] == {Answer.PASSED}
    (request,) = [params for operation, params in provider.asked if operation == "RunInstances"]
    prepared, _ = planned()
    pool = prepared.design.pool("train")
    assert request["DryRun"] is True
    assert (request["MinCount"], request["InstanceType"], request["ImageId"]) == (pool.min_nodes, pool.machine, "ami-1")
    assert [
        (nic["NetworkCardIndex"], nic["DeviceIndex"], nic["InterfaceType"], nic["SubnetId"])
        for nic in request["NetworkInterfaces"]
    ] == [(nic.card_index, nic.device_index, nic.interface_type, "subnet-1") for nic in pool.nics]
    assert request["InstanceMarketOptions"] == {"MarketType": "capacity-block"}
    target = request["CapacityReservationSpecification"]["CapacityReservationTarget"]
    assert target == {"CapacityReservationId": pool.capacity.reservation_id}
    assert request["UserData"].startswith("#!/bin/sh")
    assert request["MetadataOptions"]["HttpTokens"] == "required"


def test_a_quota_that_is_too_small_is_a_lack_of_capacity() -> None:
    quotas = [{"QuotaName": "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances", "Value": 5.0}]
    provider = Played(ListServiceQuotas={"Quotas": quotas}, DescribeInstances={"Reservations": []})
    found = [verdict for verdict in check_online(*planned(), provider, NOW) if verdict.check == "vcpu-quota"]
    assert [(verdict.answer, verdict.capacity) for verdict in found] == [(Answer.FAILED, True)]


def test_the_interfaces_of_all_nodes_are_held_against_the_region_s_quota() -> None:
    provider = Played(
        GetServiceQuota={"Quota": {"Value": 2000.0}},
        DescribeNetworkInterfaces={"NetworkInterfaces": []},
        DescribeVpcs={"Vpcs": []},
    )
    found = {verdict.check: verdict for verdict in check_online(*planned(), provider, NOW)}
    assert found["vpc-quota"].answer is Answer.PASSED
    assert (found["interface-quota"].answer, found["interface-quota"].capacity) == (Answer.FAILED, True)
    assert f"{64 * 33 + 2:,} needed" in found["interface-quota"].summary


def test_the_block_is_looked_up_by_its_id_with_its_dates() -> None:
    block = {
        "CapacityReservationId": "cr-0123456789abcdef0",
        "State": "active",
        "InstanceType": "p5.48xlarge",
        "AvailabilityZoneId": "use1-az6",
        "AvailableInstanceCount": 64,
        "TotalInstanceCount": 64,
        "ReservationType": "capacity-block",
        "StartDate": NOW - dt.timedelta(days=1),
        "EndDate": NOW + dt.timedelta(days=13),
    }
    assert answers(Played(DescribeCapacityReservations={"CapacityReservations": [block]}))["reservation"] == {
        Answer.PASSED
    }
    gone = Refused("InvalidCapacityReservationId.NotFound", "no such reservation")
    assert answers(Played(DescribeCapacityReservations=gone))["reservation"] == {Answer.FAILED}


@pytest.mark.parametrize(
    ("name", "family", "spot", "fits"),
    [
        ("Running On-Demand P instances", "P", False, True),
        ("Running On-Demand G and VT instances", "G and VT", False, True),
        ("Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances", "Standard", False, True),
        ("Running On-Demand P instances", "P", True, False),
        ("All G and VT Spot Instance Requests", "G and VT", True, True),
        ("All P5 Spot Instance Requests", "P", True, False),
        ("Running Dedicated p5 Hosts", "P", False, False),
    ],
)
def test_quotas_are_known_by_their_names(name: str, family: str, spot: bool, fits: bool) -> None:
    assert quota_is_for(name, family, spot=spot) == fits


def refused(code: str, status: int = 400) -> ClientError:
    answer: Any = {"Error": {"Code": code, "Message": "told"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "RunInstances")


def test_no_permission_no_endpoint_and_a_busy_provider_are_no_answer_and_a_refusal_is_one() -> None:
    silent = (
        refused("UnauthorizedOperation", 403),
        refused("RequestLimitExceeded", 503),
        refused("Strange", 500),
        EndpointConnectionError(endpoint_url="http://127.0.0.1:1"),
    )
    assert all(isinstance(reply_to(problem, "ec2:RunInstances"), Unread) for problem in silent)
    assert reply_to(refused("InsufficientInstanceCapacity", 400), "x") == Refused(
        "InsufficientInstanceCapacity", "told"
    )


def test_every_question_is_read_only() -> None:
    provider = Played()
    check_online(*planned(), provider, NOW)
    asked = {operation for operation, params in provider.asked if not params.get("DryRun")}
    assert all(operation.startswith(("Describe", "List", "Get")) for operation in asked)
