"""Proof of the GPU roles is asked for where there is a GPU, and never passed where there is none."""

from __future__ import annotations

import pytest

from rackwright.accept.gpu_services import (
    NO_FLOOR,
    judge_bandwidth,
    judge_diagnosis,
    service_not_evaluated,
    service_questions,
)
from rackwright.accept.question import Answer
from rackwright.catalog.floors import floor
from rackwright.outcome import Verdict
from tests.unit.configure.sample import design, inventory, lock

GPU = inventory().hosts[1]
HEAD = inventory().hosts[0]
POOL = design().pool("train")


def test_every_question_of_a_real_node_is_not_evaluated_in_a_rehearsal() -> None:
    asked = {question.id for question in service_questions(GPU, POOL, design("aws"), lock())}
    assert asked == {"gpu.settings", "gpu.mig", "gpu.fabric", "gpu.imex", "gpu.dcgm", "gpu.nccl"}
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


def test_a_failed_test_of_the_diagnosis_is_named() -> None:
    good = "| Deployment  | \n| Denylist    | Pass |\n| Memory | Pass |\n"
    assert judge_diagnosis(Answer(0, good)).verdict is Verdict.PASSED
    bad = judge_diagnosis(Answer(0, good + "| Page Retirement | Fail |\n"))
    assert bad.verdict is Verdict.FAILED
    assert "Page Retirement" in bad.actual
