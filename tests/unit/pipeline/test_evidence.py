"""Each run leaves one record: what went in, who approved, what came out."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from rackwright.cli.app import main
from rackwright.cli.watch import Watch
from rackwright.diagnostics import ClusterError, StepFailed
from rackwright.evidence import EvidenceLog, read_record
from rackwright.pipeline.open import open_stack
from rackwright.pipeline.proof import checkout
from rackwright.pipeline.proof.evidence import content_of, keep_evidence, who
from rackwright.pipeline.proof.evidence_logs import known_logs, stack_log
from rackwright.pipeline.run import Run
from rackwright.pipeline.up import up

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for part in ("stacks", "infra"):
        shutil.copytree(ROOT / part, tmp_path / part)
    shutil.copy2(ROOT / "Pulumi.yaml", tmp_path)
    monkeypatch.delenv("RW_EVIDENCE", raising=False)
    monkeypatch.delenv("RW_EVIDENCE_KEYS", raising=False)
    return tmp_path


def run_of(root: Path, stack: str = "local", *, yes: bool = True) -> Run:
    prepared, workspace = open_stack(root, stack)
    return Run(prepared, workspace, Watch(yes=yes, ask="?"))


def only_record(log: EvidenceLog) -> dict:
    (line,) = log.records()
    return {"command": read_record(line).record.command} | dict(read_record(line).record.content)


def test_an_up_that_nobody_approved_is_on_record_with_its_plan(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    assert up(run_of(root, yes=False)) is None
    log = stack_log(root, "local", local=True)
    record = only_record(log)
    assert (record["command"], record["approval"]) == ("up", "nobody: no")
    assert record["outcome"] == "not approved; nothing was changed"
    assert record["plan"]["counts"]["create"] > 10
    assert record["policies"]["counts"]["passed"] > 10
    assert record["inputs"]["stack_file"].startswith("sha256:")
    assert log.verify().holds


def test_an_up_that_breaks_is_on_record_with_who_approved_it(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(run: Run) -> None:
        raise StepFailed("the cloud does not start")

    monkeypatch.setattr(Run, "start_cloud", broken)
    with pytest.raises(StepFailed, match="does not start"):
        up(run_of(root))
    record = only_record(stack_log(root, "local", local=True))
    assert (record["approval"], record["outcome"]) == ("--yes: yes", "stopped: the cloud does not start")


def test_a_run_whose_evidence_cannot_be_written_says_so_in_the_end(root: Path) -> None:
    run = run_of(root)
    log = stack_log(root, "local", local=True)
    log.append("up", {})
    log.path.write_bytes(b"")
    problem = keep_evidence(run, "up")
    assert problem is not None
    assert "takes no more records" in problem.summary


def test_the_plan_of_the_same_stack_has_the_same_digest(root: Path) -> None:
    first, second = run_of(root), run_of(root)
    first.plan()
    second.plan()
    assert content_of(first)["plan"] == content_of(second)["plan"]


def test_a_record_is_plain_data_without_secrets(root: Path) -> None:
    run = run_of(root)
    run.plan()
    text = json.dumps(content_of(run))
    assert run.workspace.secret("passphrase") not in text


def test_a_rehearsals_evidence_goes_with_it_and_a_real_clusters_stays(root: Path) -> None:
    stacks = root / ".rw" / "stacks"
    assert stack_log(root, "local", local=True).path.is_relative_to(stacks)
    assert stack_log(root, "local", local=True).key_file.is_relative_to(stacks)
    real = stack_log(root, "prod", local=False)
    assert real.path == root / "evidence" / "prod" / "log.jsonl"
    assert not real.key_file.is_relative_to(real.folder)


def test_the_folders_of_real_clusters_can_be_named(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RW_EVIDENCE", str(root / "archive"))
    monkeypatch.setenv("RW_EVIDENCE_KEYS", str(root / "keys"))
    stack_log(root, "prod", local=False).append("up", {})
    assert [log.folder for log in known_logs(root)] == [root / "archive" / "prod"]
    assert (root / "keys" / "prod.pem").exists()


def test_a_log_that_was_removed_from_its_folder_is_missed(root: Path) -> None:
    log = stack_log(root, "prod", local=False)
    log.append("up", {})
    log.path.unlink()
    (found,) = known_logs(root, "prod")
    assert not found.verify().holds


def test_no_evidence_at_all_is_said(root: Path) -> None:
    with pytest.raises(ClusterError, match="no evidence of stack 'prod'"):
        known_logs(root, "prod")


def test_the_account_comes_from_the_system_and_not_from_the_environment() -> None:
    assert who({"USER": "mallory", "LOGNAME": "mallory"})["user"] != "mallory"
    assert who({"SUDO_USER": "ann"})["sudo"] == "ann"


def test_the_commands_show_prove_and_export(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for module in ("rackwright.cli.evidence", "rackwright.cli.audit", "rackwright.cli.app"):
        monkeypatch.setattr(f"{module}.project_root", lambda: root)
    monkeypatch.setattr(checkout, "git", lambda *arguments: "c0ffee")
    assert main(["audit", "local", "--json"]) in {0, 5}
    capsys.readouterr()
    assert main(["evidence", "show", "local", "--json"]) == 0
    (shown,) = json.loads(capsys.readouterr().out)
    assert (shown["command"], shown["content"]["approval"]) == ("audit", "not asked")
    assert main(["evidence", "verify"]) == 0
    bundle = root / "bundle.json"
    assert main(["evidence", "export", "--period", shown["at"][:4], "--output", str(bundle)]) == 0
    assert main(["evidence", "verify", "--bundle", str(bundle), "--key", shown["key"]]) == 0
    assert main(["evidence", "verify", "--bundle", str(bundle), "--key", "0" * 64]) == 2
    log = stack_log(root, "local", local=True)
    log.path.write_bytes(log.path.read_bytes().replace(b"not asked", b"ann: yes "))
    capsys.readouterr()
    assert main(["evidence", "verify", "--json"]) == 2
    assert json.loads(capsys.readouterr().out)[0]["faults"][0]["where"] == "line 1 (record 0)"
    assert main(["evidence", "export", "--period", "2026"]) == 2
