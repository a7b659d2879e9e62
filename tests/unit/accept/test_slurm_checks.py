import pytest
from hypothesis import given
from hypothesis import strategies as st

from rackwright.accept.question import Answer
from rackwright.accept.slurm_checks import (
    judge_credentials,
    judge_job,
    judge_nodes,
    parse_nodes,
    slurm_questions,
)
from rackwright.outcome import Verdict
from tests.unit.configure.sample import design, inventory

WANTED = {"train-1": "gpu:h100:8", "train-2": "gpu:h100:8"}


def node(name: str, state: str = "IDLE", gres: str = "gpu:h100:8(S:0-1)") -> str:
    return f"NodeName={name} Arch=x86_64 CPUTot=192 Gres={gres} State={state} ThreadsPerCore=2 Reason=kill_task_failed"


def nodes(*lines: str) -> Answer:
    return Answer(0, "\n".join(lines))


def test_idle_nodes_with_their_gpus_pass() -> None:
    opinion = judge_nodes(WANTED)(nodes(node("train-1"), node("train-2")))
    assert (opinion.verdict, opinion.actual) == (Verdict.PASSED, "2 of 2 nodes (IDLE)")


@pytest.mark.parametrize("state", ["ALLOCATED", "MIXED", "COMPLETING", "IDLE+COMPLETING"])
def test_nodes_that_work_are_as_good_as_idle_ones(state: str) -> None:
    assert judge_nodes(WANTED)(nodes(node("train-1", state), node("train-2"))).verdict is Verdict.PASSED


@pytest.mark.parametrize("state", ["DOWN", "DOWN*", "IDLE+DRAIN", "UNKNOWN", "IDLE+NOT_RESPONDING", "INVAL"])
def test_nodes_that_cannot_take_jobs_fail_with_slurms_reason(state: str) -> None:
    opinion = judge_nodes(WANTED)(nodes(node("train-1", state), node("train-2")))
    assert opinion.verdict is Verdict.FAILED
    assert opinion.reason == f"train-1 is {state} (kill_task_failed)"


def test_a_missing_node_and_missing_gpus_are_named() -> None:
    opinion = judge_nodes(WANTED)(nodes(node("train-1", gres="gpu:h100:7")))
    assert "train-1 has gres gpu:h100:7, expected gpu:h100:8" in opinion.reason
    assert "train-2 is not known to Slurm" in opinion.reason


def test_a_node_without_gpus_must_have_none() -> None:
    assert judge_nodes({"cpu-1": ""})(nodes(node("cpu-1", gres="(null)"))).verdict is Verdict.PASSED


@given(st.text(max_size=300))
def test_no_noise_is_taken_for_nodes(text: str) -> None:
    assert judge_nodes(WANTED)(Answer(0, text)).verdict is Verdict.FAILED
    parse_nodes(text)


def test_a_job_must_return_from_every_node_with_every_gpu() -> None:
    judged = judge_job(["train-1", "train-2"], 2)
    assert judged(Answer(0, "train-2 0,1\ntrain-1 0,1\n")).verdict is Verdict.PASSED
    assert judged(Answer(0, "train-1 0,1")).verdict is Verdict.FAILED
    assert judged(Answer(0, "train-1 0\ntrain-2 0,1")).verdict is Verdict.FAILED
    assert judged(Answer(1, "train-1 0,1\ntrain-2 0,1")).verdict is Verdict.FAILED


def test_a_cluster_at_work_is_not_failed_for_lack_of_free_nodes() -> None:
    busy = Answer(1, "srun: error: Unable to allocate resources: Requested nodes are busy")
    assert judge_job(["train-1"], 8)(busy).verdict is Verdict.NOT_EVALUATED
    assert judge_credentials(2)(busy).verdict is Verdict.NOT_EVALUATED


def test_other_refusals_of_srun_are_failures() -> None:
    refused = Answer(1, "srun: error: Unable to allocate resources: Invalid generic resource (gres) specification")
    assert judge_job(["train-1"], 8)(refused).verdict is Verdict.FAILED


def test_every_node_must_decode_the_credential() -> None:
    good = "STATUS:          Success (0)\n"
    assert judge_credentials(2)(Answer(0, good * 2)).verdict is Verdict.PASSED
    assert judge_credentials(2)(Answer(1, good + "unmunge: Error: Invalid credential")).actual == "1 nodes"


def test_the_controller_is_asked_for_one_job_over_all_nodes_of_a_gpu_pool() -> None:
    found = {one.id: one for one in slurm_questions(inventory(3), design())}
    assert set(found) == {"service.slurmctld", "slurm.nodes", "slurm.job-train", "slurm.credentials-train"}
    assert "--nodelist=train-1,train-2,train-3" in found["slurm.job-train"].command
    assert "--nodes=3" in found["slurm.job-train"].command


def test_a_controller_without_nodes_is_asked_for_its_service_only() -> None:
    assert [one.id for one in slurm_questions(inventory(0), design())] == ["service.slurmctld"]
