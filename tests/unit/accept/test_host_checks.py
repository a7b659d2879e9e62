from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rackwright.accept.gpu_checks import (
    fabric_not_evaluated,
    gpu_not_evaluated,
    gpu_questions,
    judge_count,
    judge_devices,
)
from rackwright.accept.host_checks import (
    host_not_evaluated,
    host_questions,
    judge_exporter,
    judge_held,
    judge_image,
    judge_no_failed_unit,
    judge_versions,
)
from rackwright.accept.question import Answer
from rackwright.lock.belonging import packages_for
from rackwright.lock.model import Package
from rackwright.outcome import Verdict
from tests.unit.configure.sample import DIGEST, IMAGE, design, inventory, lock

HEAD, GPU, _ = inventory().hosts
WANTED = packages_for(GPU.roles, lock())


def installed(**versions: str) -> Answer:
    found = {name: package.version for name, package in WANTED.items()} | {
        name.replace("_", "-"): version for name, version in versions.items()
    }
    return Answer(0, "\n".join(f"{name} {version} hold installed" for name, version in found.items()))


def test_versions_that_equal_the_lock_pass() -> None:
    opinion = judge_versions(WANTED)(installed())
    assert (opinion.verdict, opinion.actual) == (Verdict.PASSED, f"{len(WANTED)} of {len(WANTED)}")


def test_another_version_fails_and_is_named_with_the_one_expected() -> None:
    opinion = judge_versions(WANTED)(installed(nvidia_smi="580.0-1"))
    assert opinion.verdict is Verdict.FAILED
    assert opinion.reason == "nvidia-smi is 580.0-1, expected 550.163.01-2"


@pytest.mark.parametrize("state", ["unpacked", "half-configured", "config-files"])
def test_a_package_that_is_not_wholly_installed_fails(state: str) -> None:
    opinion = judge_versions({"munge": Package(version="1", role="munge")})(Answer(0, f"munge 1 install {state}"))
    assert "munge is not installed" in opinion.reason


@given(st.text(max_size=200))
def test_nothing_but_the_lock_itself_passes(text: str) -> None:
    assert judge_versions(WANTED)(Answer(0, text)).verdict is Verdict.FAILED


def test_every_held_package_must_be_held() -> None:
    judged = judge_held(["b", "a"])
    assert judged(Answer(0, "a\nb\nc")).verdict is Verdict.PASSED
    assert judged(Answer(0, "a")).reason == "not held: b"


def test_a_failed_unit_is_named() -> None:
    assert judge_no_failed_unit(Answer(0, "")).verdict is Verdict.PASSED
    opinion = judge_no_failed_unit(Answer(0, "slurmd.service loaded failed failed Slurm node daemon"))
    assert (opinion.verdict, opinion.actual) == (Verdict.FAILED, "slurmd.service")


def test_an_image_counts_only_at_its_digest() -> None:
    judged = judge_image(IMAGE, DIGEST)
    row = f"{IMAGE} application/vnd.oci.image.index.v1+json {{}} 11.5 KiB linux/amd64 -"
    assert judged(Answer(0, row.format(DIGEST))).verdict is Verdict.PASSED
    assert judged(Answer(0, row.format("sha256:" + "b" * 64))).verdict is Verdict.FAILED
    assert judged(Answer(0, "")).actual == "none"


@pytest.mark.parametrize(("said", "verdict"), [("850", Verdict.PASSED), ("0", Verdict.FAILED), ("no", Verdict.FAILED)])
def test_an_exporter_must_give_metrics(said: str, verdict: Verdict) -> None:
    assert judge_exporter(Answer(0, said)).verdict is verdict


def ids(found: Any) -> set[str]:
    return {one.id for one in found}


def test_a_host_is_asked_about_its_roles_only() -> None:
    assert "images.digest-0" not in ids(host_questions(HEAD, design(), lock()))
    assert {"images.digest-0", "containers.toolkit", "cuda.runtime", "service.slurmd"} <= ids(
        host_questions(GPU, design(), lock())
    )


def test_question_ids_are_unique_on_a_host() -> None:
    found = [one.id for one in host_questions(GPU, design("aws"), lock())]
    assert len(found) == len(set(found))


def test_a_rehearsal_says_why_it_cannot_see_gpus_and_asks_nothing_about_them() -> None:
    train = design().pool("train")
    assert gpu_questions(GPU, train, design()) == ()
    skipped = gpu_not_evaluated(GPU, train, design())
    assert {"gpu.count", "gpu.module", "gpu.persistence"} <= ids(skipped)
    assert all(check.verdict is Verdict.NOT_EVALUATED and check.reason for check in skipped)


def test_a_real_node_is_asked_about_its_gpus() -> None:
    train = design("aws").pool("train")
    asked, skipped = gpu_questions(GPU, train, design("aws")), gpu_not_evaluated(GPU, train, design("aws"))
    assert ids(asked) == {"gpu.count", "gpu.module", "gpu.persistence", "gpu.containers"}
    assert skipped == ()
    assert ids(asked).isdisjoint(ids(skipped))


def test_a_host_without_the_driver_has_no_gpu_checks() -> None:
    head = design().pool("head")
    assert gpu_not_evaluated(HEAD, head, design()) == ()
    assert gpu_questions(HEAD, head, design("aws")) == ()


def test_time_is_judged_on_machines_and_not_evaluated_in_containers() -> None:
    assert ids(host_not_evaluated(HEAD, design())) == {"base.time"}
    assert host_not_evaluated(HEAD, design("aws")) == ()
    assert "base.time" in ids(host_questions(HEAD, design("aws"), lock()))


def test_a_stand_in_image_is_called_one_only_where_it_is_served() -> None:
    local = {one.id: one for one in host_questions(GPU, design(), lock())}
    real = {one.id: one for one in host_questions(GPU, design("aws"), lock())}
    assert "(stand-in image)" in local["containers.run-0"].title
    assert "stand-in" not in real["containers.run-0"].title
    said = Answer(0, f"stand-in for {IMAGE} (Rackwright local cloud)")
    assert local["containers.run-0"].judge(said).verdict is Verdict.PASSED
    assert real["containers.run-0"].judge(said).verdict is Verdict.FAILED


def test_the_count_of_gpus_must_be_the_designs() -> None:
    listing = "\n".join(f"GPU {index}: NVIDIA H100 80GB HBM3 (UUID: GPU-{index})" for index in range(8))
    assert judge_count(8)(Answer(0, listing)).verdict is Verdict.PASSED
    assert judge_count(8)(Answer(0, listing.rpartition("\n")[0])).actual == "7 GPUs"
    assert judge_count(8)(Answer(9, "NVIDIA-SMI has failed")).verdict is Verdict.FAILED


def test_each_gpu_needs_a_cdi_device() -> None:
    listing = "\n".join(f"nvidia.com/gpu={index}" for index in range(7))
    assert judge_devices(7)(Answer(0, listing)).verdict is Verdict.PASSED
    assert "nvidia.com/gpu=7" in judge_devices(8)(Answer(0, listing)).reason


def test_a_fabric_that_was_not_measured_is_not_evaluated() -> None:
    (check,) = fabric_not_evaluated(design())
    assert (check.verdict, check.expected) == (Verdict.NOT_EVALUATED, "3200 Gb/s per node")


def test_questions_of_one_kind_do_not_share_state() -> None:
    first, second = (host_questions(GPU, design(), lock())[0] for _ in range(2))
    assert replace(first, judge=second.judge) == second
