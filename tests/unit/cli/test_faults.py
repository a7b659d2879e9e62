"""`rw cloud faults` writes the plan that the emulator reads."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rackwright.cli import faults
from rackwright.cloud.aws.faults import Fault, FaultPlan, Faults, load_faults, save_faults
from rackwright.diagnostics import InputError
from rackwright.pipeline.faults import FaultDesk


@pytest.fixture
def desk(tmp_path: Path, monkeypatch) -> FaultDesk:
    found = FaultDesk(tmp_path / "cloud")
    monkeypatch.setattr(faults, "_desk", lambda: found)
    return found


def run(*arguments: str) -> str:
    result = CliRunner().invoke(faults.app, list(arguments), catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def test_faults_are_added_listed_and_removed(desk: FaultDesk) -> None:
    run("add", "capacity", "--service", "ec2", "--action", "RunInstances", "--count", "2")
    run("add", "--connection", "silent", "--probability", "0.5", "--skip", "3")
    first, second = load_faults(desk.path).faults
    assert (first.error, first.service, first.count) == ("capacity", "ec2", 2)
    assert (second.connection, second.probability, second.skip) == ("silent", 0.5, 3)
    listed = json.loads(run("list", "--json"))
    assert [row["struck"] for row in listed["faults"]] == [None, None]
    assert not listed["running"]
    run("clear")
    assert load_faults(desk.path).faults == ()


def test_a_fault_that_would_do_nothing_is_refused_and_nothing_is_kept(desk: FaultDesk) -> None:
    with pytest.raises(InputError) as refused:
        run("add", "--service", "ec2")
    assert "would do nothing" in refused.value.problems[0].summary
    assert not desk.path.exists()


def test_a_plan_in_a_file_takes_the_place_of_the_present_one(desk: FaultDesk, tmp_path: Path) -> None:
    run("add", "internal")
    other = tmp_path / "plan.yaml"
    other.write_text("seed: 7\ntime_scale: 0.001\nfaults: [{error: throttled, probability: 0.1}]\n")
    run("load", str(other))
    plan = load_faults(desk.path)
    assert (plan.seed, plan.time_scale, [fault.error for fault in plan.faults]) == (7, 0.001, ["throttled"])


def test_faults_that_stay_in_the_plan_go_on_counting(tmp_path: Path) -> None:
    path, once = tmp_path / "plan.yaml", Fault(error="X", count=1)
    save_faults(path, Faults(faults=(once,)))
    plan = FaultPlan(path)
    assert plan.next_for("ec2", "RunInstances") is not None
    save_faults(path, Faults(faults=(Fault(error="Y", service="s3"), once)))
    assert plan.next_for("ec2", "RunInstances") is None, "it has struck as often as it may"
    assert plan.struck() == [0, 1]
