"""What a run does and says, with engine and cloud played by values."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from policies.rule import Enforcement, Finding, Severity, Status
from rackwright.cli.watch import Watch
from rackwright.diagnostics import ClusterError, InputError, PolicyRefused
from rackwright.engine import Event, FailedStep, Op, Plan, PlannedStep, Result
from rackwright.pipeline import run as stages
from rackwright.pipeline.open import open_stack
from rackwright.pipeline.program.provision import choose_engine
from rackwright.pipeline.run import Run
from rackwright.pipeline.up import NOT_CONFIGURED, up
from rackwright.pipeline.workspace import Workspace

ROOT = Path(__file__).resolve().parents[3]
VPC = PlannedStep(Op.CREATE, "urn:pulumi:s::rackwright::aws:ec2/vpc:Vpc::v", "aws:ec2/vpc:Vpc", "v", provider="p")


@dataclass
class PlayedEngine:
    """An engine that says what it is told to say and remembers what it was asked."""

    result: Result = field(default_factory=lambda: Result((VPC,)))
    findings: tuple = ()
    asked: list[str] = field(default_factory=list)
    label: str = "played"

    def preview(self, on_event: Callable[[Event], None]) -> tuple[Plan, tuple]:
        self.asked.append("preview")
        return Plan((VPC,)), self.findings

    def up(self, on_event: Callable[[Event], None], allow_replace: frozenset[str]) -> Result:
        self.asked.append("up")
        return self.result

    def deployment(self) -> Mapping[str, object]:
        return {}

    def outputs(self) -> Mapping[str, object]:
        hosts = [
            {"name": f"{pool}-{number}", "address": f"10.46.0.{number}", "pool": pool, "roles": [], "vars": {}}
            for number, pool in enumerate(("system", "system", "train"))
        ]
        return {"inventory": {"cluster": "b200-eks", "hosts": hosts}}


@pytest.fixture
def on_aws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Run]:
    def made(engine: PlayedEngine, stack: str = "h100-train") -> Run:
        monkeypatch.setattr(stages, "choose_engine", lambda *args, **kwargs: engine)
        monkeypatch.setenv("RW_EVIDENCE", str(tmp_path / "evidence"))
        monkeypatch.setenv("RW_EVIDENCE_KEYS", str(tmp_path / "keys"))
        prepared, _ = open_stack(ROOT, stack)
        return Run(prepared, Workspace(tmp_path, stack), Watch(yes=True, ask="?"))

    return made


def outcome(run: Run) -> str:
    return str(json.loads((run.workspace.folder / "report.json").read_text())["outcome"])


def test_hosts_of_a_real_cloud_are_not_claimed_to_be_configured_or_accepted(on_aws) -> None:
    run = on_aws(PlayedEngine())
    run.way = "push"
    facts = up(run)
    assert facts is not None
    assert (facts.configured, facts.checks) == (None, ())
    assert outcome(run) == f"up: 1 resources changed; {NOT_CONFIGURED}"


def test_nodes_of_eks_are_counted_and_left_alone(on_aws) -> None:
    run = on_aws(PlayedEngine(), "b200-eks")
    facts = up(run)
    assert facts is not None
    assert facts.configured is None, "there is no host of ours, so nothing is waited for"
    assert outcome(run).endswith("3 nodes are EKS's, from its own image: nothing is configured there")


def test_a_mandatory_finding_stops_the_run_before_the_first_change(on_aws) -> None:
    bad = Finding(
        "RW-P-001", "Title", Severity.HIGH, Enforcement.MANDATORY, Status.FAILED, VPC.urn, VPC.type, "no", "do it", ()
    )
    engine = PlayedEngine(findings=(bad,))
    with pytest.raises(PolicyRefused, match="v: no") as refusal:
        up(on_aws(engine))
    assert refusal.value.exit_code == 5
    assert "do it" in str(refusal.value.hint)
    assert engine.asked == ["preview"]


@pytest.mark.parametrize(("capacity", "code"), [(False, 4), (True, 3)])
def test_a_failed_step_keeps_the_report_and_gives_the_right_exit_code(on_aws, capacity: bool, code: int) -> None:
    run = on_aws(PlayedEngine(Result((VPC,), failed=(FailedStep(VPC.urn, Op.CREATE, "no", capacity),))))
    with pytest.raises(ClusterError, match="could not create") as problem:
        up(run)
    assert problem.value.exit_code == code
    assert outcome(run).startswith("stopped: could not create")


def test_a_preview_of_a_stack_that_is_not_up_leaves_nothing_behind(tmp_path: Path) -> None:
    for part in ("stacks", "infra"):
        shutil.copytree(ROOT / part, tmp_path / part)
    prepared, workspace = open_stack(tmp_path, "h100-train")
    engine = choose_engine("embedded", workspace, prepared, endpoint=None, ssh_key="", change=False)
    plan, findings = engine.preview(lambda event: None)
    assert plan.counts() == {Op.CREATE: len(plan.steps)}
    assert findings
    assert sorted(path.name for path in tmp_path.iterdir()) == ["infra", "stacks"]


def test_nodes_that_start_when_nobody_is_there_are_not_to_be_pushed_to(on_aws) -> None:
    engine = PlayedEngine()
    run = on_aws(engine, "g6e-dev")
    run.way = "push"
    with pytest.raises(InputError, match="Slurm starts nodes of dev"):
        up(run)
    assert engine.asked == []
