"""The fault plan: which calls fail is decided by the plan alone."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rackwright.cloud.aws.faults import FaultPlan, load_faults
from rackwright.diagnostics import InputError


def plan(tmp_path: Path, text: str) -> FaultPlan:
    path = tmp_path / "faults.yaml"
    path.write_text(text)
    return FaultPlan(path)


def test_a_fault_strikes_as_often_as_its_count(tmp_path) -> None:
    faults = plan(tmp_path, "faults: [{service: ec2, action: Run*, error: InsufficientInstanceCapacity, count: 2}]")
    struck = [faults.next_for("ec2", "RunInstances") is not None for _ in range(4)]
    assert struck == [True, True, False, False]
    assert faults.next_for("ec2", "DescribeInstances") is None


def test_skipped_calls_pass_first(tmp_path) -> None:
    faults = plan(tmp_path, "faults: [{error: X, skip: 2, count: 1}]")
    assert [faults.next_for("s3", "PutObject") is not None for _ in range(5)] == [False, False, True, False, False]


def test_a_changed_file_is_read_again(tmp_path) -> None:
    path = tmp_path / "faults.yaml"
    faults = FaultPlan(path)
    assert faults.next_for("ec2", "RunInstances") is None
    path.write_text("faults: [{error: X}]")
    assert faults.next_for("ec2", "RunInstances").error == "X"


def test_all_mistakes_of_a_plan_are_named_at_once(tmp_path) -> None:
    path = tmp_path / "faults.yaml"
    path.write_text("faults: [{error: X, probability: 2}, {erorr: Y}]")
    with pytest.raises(InputError) as refused:
        load_faults(path)
    assert [problem.where for problem in refused.value.problems] == [
        f"{path} (faults.0.probability)",
        f"{path} (faults.1.erorr)",
    ]


def test_text_that_is_no_yaml_is_refused(tmp_path) -> None:
    path = tmp_path / "faults.yaml"
    path.write_text("faults: [")
    with pytest.raises(InputError, match="not YAML"):
        load_faults(path)


@given(seed=st.integers(0, 2**32), share=st.floats(0.2, 0.8))
def test_the_same_seed_fails_the_same_calls_and_about_the_asked_share(tmp_path_factory, seed, share) -> None:
    folder = tmp_path_factory.mktemp("plan")
    text = f"seed: {seed}\nfaults: [{{error: X, probability: {share}}}]"
    first, second = plan(folder, text), plan(folder, text)
    runs = [[p.next_for("s3", "GetObject") is not None for _ in range(300)] for p in (first, second)]
    assert runs[0] == runs[1]
    assert abs(sum(runs[0]) / 300 - share) < 0.2
