"""The judges of what only the provider knows: every failure is seen, and what was not read is never "passed"."""

import datetime as dt
from dataclasses import replace

import pytest

from rackwright.design.kubernetes_model import Addon
from rackwright.design.model import Capacity, Pool
from rackwright.preflight.online import (
    Answer,
    MachineImage,
    OnlineVerdict,
    Rehearsal,
    Reservation,
    Unread,
    judge_addon,
    judge_addresses,
    judge_image,
    judge_launch,
    judge_offering,
    judge_quota,
    judge_reservation,
)

NOW = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
ADDON = Addon(name="coredns", version="v1.14.3-eksbuild.16")
HOUR = dt.timedelta(hours=1)
POOL = Pool(
    name="train",
    role="gpu",
    machine="p5.48xlarge",
    min_nodes=2,
    max_nodes=4,
    subnet="gpu-use1-az6",
    architecture="x86_64",
    vcpus=192,
    memory_gib=2048,
    gpus=8,
    capacity=Capacity(kind="block", reservation_id="cr-0123456789abcdef0"),
)
BLOCK = Reservation("active", "p5.48xlarge", "use1-az6", 4, 4, block=True, starts=NOW - HOUR, ends=NOW + HOUR)
NO_ANSWER = Unread("no permission for ec2:DescribeWhatever (UnauthorizedOperation)")


def quota(needed: int, in_use: int | Unread, limit: float | Unread) -> OnlineVerdict:
    return judge_quota("vcpu-quota", ("pools",), "vCPUs", needed=needed, in_use=in_use, limit=limit)


@pytest.mark.parametrize(
    "verdict",
    [
        quota(1, 0, NO_ANSWER),
        quota(1, NO_ANSWER, 8),
        judge_offering(POOL, "use1-az6", NO_ANSWER),
        judge_addon(ADDON, "1.35", NO_ANSWER),
        judge_reservation(POOL, "use1-az6", 1, NO_ANSWER, NOW),
        judge_image(POOL, "ami-1", NO_ANSWER),
        judge_addresses("gpu", 1, NO_ANSWER),
        judge_addresses("gpu", 1, None),
        judge_launch(POOL, 2, NO_ANSWER),
        judge_launch(POOL, 2, Rehearsal("VPCIdNotSpecified", "no default VPC", ("subnet",))),
    ],
    ids=lambda verdict: verdict.check,
)
def test_what_could_not_be_read_is_not_checked_and_says_why(verdict: OnlineVerdict) -> None:
    assert verdict.answer is Answer.NOT_CHECKED
    assert any(word in verdict.summary for word in ("no permission", "not exist yet"))


@pytest.mark.parametrize(("needed", "in_use", "passed"), [(8, 0, True), (4, 4, True), (5, 4, False), (9, 0, False)])
def test_a_quota_holds_what_is_needed_beside_what_is_used(needed: int, in_use: int, passed: bool) -> None:
    verdict = quota(needed, in_use, 8)
    assert (verdict.answer is Answer.PASSED) == passed
    assert verdict.capacity != passed


def test_a_machine_that_the_zone_lacks_is_a_lack_of_capacity_and_the_zones_that_have_it_are_named() -> None:
    verdict = judge_offering(POOL, "use1-az6", frozenset({"use1-az4", "use1-az2"}))
    assert verdict.answer is Answer.FAILED
    assert verdict.capacity
    assert verdict.hint == "it is offered in use1-az2, use1-az4"
    assert judge_offering(POOL, "use1-az6", frozenset({"use1-az6"})).answer is Answer.PASSED


@pytest.mark.parametrize(
    ("found", "word"),
    [
        (replace(BLOCK, state="expired"), "is expired"),
        (replace(BLOCK, machine="p5en.48xlarge"), "is for p5en.48xlarge"),
        (replace(BLOCK, zone_id="use1-az4"), "is in use1-az4"),
        (replace(BLOCK, block=False), "is no capacity block"),
        (replace(BLOCK, starts=NOW + HOUR), "starts 2026-11-21 13:00"),
        (replace(BLOCK, ends=NOW), "ended 2026-11-21 12:00"),
        (replace(BLOCK, free=3), "has room for 3 of the 4"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_reservation_that_does_not_serve_the_pool_is_refused_with_the_reason(found: Reservation, word: str) -> None:
    verdict = judge_reservation(POOL, "use1-az6", 4, found, NOW)
    assert verdict.answer is Answer.FAILED
    assert word in verdict.summary
    assert verdict.capacity == ("room" in word)


def test_a_reservation_that_serves_the_pool_passes_and_one_that_is_not_there_fails() -> None:
    assert judge_reservation(POOL, "use1-az6", 4, BLOCK, NOW).answer is Answer.PASSED
    assert judge_reservation(POOL, "use1-az6", 4, None, NOW).answer is Answer.FAILED


def test_an_image_must_be_there_be_available_and_fit_the_processors() -> None:
    answers = [
        judge_image(POOL, "ami-1", image).answer
        for image in (
            MachineImage("ami-1", "available", "x86_64"),
            MachineImage("ami-1", "available", "arm64"),
            MachineImage("ami-1", "pending", "x86_64"),
            None,
        )
    ]
    assert answers == [Answer.PASSED, Answer.FAILED, Answer.FAILED, Answer.FAILED]


def test_addresses_that_are_left_are_counted() -> None:
    assert judge_addresses("gpu", 10, 10).answer is Answer.PASSED
    assert judge_addresses("gpu", 11, 10).capacity


def test_a_rehearsed_launch_passes_lacks_capacity_or_is_refused_and_names_what_it_went_without() -> None:
    passed = judge_launch(POOL, 2, Rehearsal("DryRunOperation", "would have succeeded", ("subnet",)))
    full = judge_launch(POOL, 2, Rehearsal("InsufficientInstanceCapacity", "none left"))
    wrong = judge_launch(POOL, 2, Rehearsal("InvalidParameterCombination", "too many EFA interfaces"))
    assert (passed.answer, full.answer, wrong.answer) == (Answer.PASSED, Answer.FAILED, Answer.FAILED)
    assert "subnet" in passed.summary
    assert (full.capacity, wrong.capacity) == (True, False)


def test_an_add_on_that_eks_does_not_have_is_told_with_one_that_it_has() -> None:
    assert judge_addon(ADDON, "1.35", ["v1.14.3-eksbuild.16", "v1.13.2-eksbuild.4"]).answer is Answer.PASSED
    gone = judge_addon(ADDON, "1.35", ["v1.15.0-eksbuild.1"])
    assert gone.answer is Answer.FAILED
    assert "v1.15.0-eksbuild.1" in gone.hint
    assert judge_addon(ADDON, "1.99", []).answer is Answer.FAILED
