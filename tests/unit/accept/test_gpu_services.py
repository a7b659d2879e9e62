"""Proof of the GPU roles is asked for where there is a GPU, and never passed where there is none."""

from __future__ import annotations

import pytest

from rackwright.accept.gpu_services import (
    NO_FLOOR,
    judge_bandwidth,
    judge_copies,
    judge_diagnosis,
    service_not_evaluated,
    service_questions,
)
from rackwright.accept.question import Answer
from rackwright.catalog.floors import floor
from rackwright.outcome import Verdict
from tests.unit.configure.sample import ARCHIVE, design, inventory, lock

GPU = inventory().hosts[1]
HEAD = inventory().hosts[0]
POOL = design().pool("train")


def test_every_question_of_a_real_node_is_not_evaluated_in_a_rehearsal() -> None:
    asked = {question.id for question in service_questions(GPU, POOL, design("aws"), lock())}
    assert asked == {"gpu.settings", "gpu.licence", "gpu.mig", "gpu.fabric", "gpu.imex", "gpu.dcgm", "gpu.nccl"}
    copies = ARCHIVE.model_copy(update={"version": "0.8"})
    both = lock().model_copy(update={"archives": {**lock().archives, "nvbandwidth": copies}})
    assert "gpu.copies" in {question.id for question in service_questions(GPU, POOL, design("aws"), both)}
    assert service_questions(GPU, POOL, design("local"), lock()) == ()
    skipped = service_not_evaluated(GPU, POOL, design("local"), lock())
    assert {check.id for check in skipped} == asked
    assert {check.verdict for check in skipped} == {Verdict.NOT_EVALUATED}
    assert service_not_evaluated(HEAD, design().pool("head"), design("local"), lock()) == ()


def test_bandwidth_without_a_program_or_a_pass_line_is_not_evaluated() -> None:
    bare = lock().model_copy(update={"archives": {}})
    (without,) = service_not_evaluated(GPU, POOL, design("aws"), bare)
    assert "nccl-tests" in without.reason
    unknown = POOL.model_copy(update={"machine": "g6e.12xlarge"})
    (check,) = service_not_evaluated(GPU, unknown, design("aws"), lock())
    assert check.reason == NO_FLOOR.format(machine="g6e.12xlarge")
    assert service_not_evaluated(GPU, POOL, design("aws"), lock()) == ()


@pytest.mark.parametrize(
    ("text", "status", "verdict"),
    [
        ("# Out of bounds values : 0 OK\n# Avg bus bandwidth    : 470.2\n", 0, Verdict.PASSED),
        ("# Out of bounds values : 0 OK\n# Avg bus bandwidth    : 230.0\n", 0, Verdict.FAILED),
        ("# Out of bounds values : 3 FAILED\n# Avg bus bandwidth    : 470.2\n", 0, Verdict.FAILED),
        ("# Avg bus bandwidth    : 470.2\n", 1, Verdict.FAILED),
        ("no CUDA-capable device\n", 2, Verdict.FAILED),
    ],
)
def test_bandwidth_counts_only_with_right_values(text: str, status: int, verdict: Verdict) -> None:
    wanted = floor("p5.48xlarge", 1, 16 << 30)
    assert wanted is not None
    assert judge_bandwidth(wanted)(Answer(status, text)).verdict is verdict


TWO_GPUS = """\
memcpy CE CPU(row) -> GPU(column) bandwidth (GB/s)
           0         1
 0     55.32     54.90

SUM host_to_device_memcpy_ce 110.22
"""


@pytest.mark.parametrize(
    ("text", "status", "verdict"),
    [
        (TWO_GPUS * 2, 0, Verdict.PASSED),
        (TWO_GPUS, 0, Verdict.FAILED),
        (TWO_GPUS * 2, 1, Verdict.FAILED),
        (TWO_GPUS + TWO_GPUS.replace("     54.90", ""), 0, Verdict.FAILED),
        (TWO_GPUS + TWO_GPUS.replace("54.90", " 0.00"), 0, Verdict.FAILED),
        ("CUDA_ERROR_NO_DEVICE", 1, Verdict.FAILED),
    ],
)
def test_copies_count_only_with_a_rate_for_every_gpu_both_ways(text: str, status: int, verdict: Verdict) -> None:
    assert judge_copies(2)(Answer(status, text)).verdict is verdict


def test_a_failed_test_of_the_diagnosis_is_named() -> None:
    good = "| Deployment  | \n| Denylist    | Pass |\n| Memory | Pass |\n"
    assert judge_diagnosis(Answer(0, good)).verdict is Verdict.PASSED
    bad = judge_diagnosis(Answer(0, good + "| Page Retirement | Fail |\n"))
    assert bad.verdict is Verdict.FAILED
    assert "Page Retirement" in bad.actual
