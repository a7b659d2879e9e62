"""What an auditor gets in one command: the whole population, a sample nobody can choose, and unknowns told as such."""

import csv
import io
import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.trend import Mark
from rackwright.diagnostics import InputError, StepFailed
from rackwright.evidence import EvidenceLog, Record, parse_period, read_record
from rackwright.pipeline.proof import sigstore
from rackwright.pipeline.proof.approval import change_of, read_approval
from rackwright.pipeline.proof.samples import SAMPLE, drawn, samples

PERIOD = parse_period("2026-Q4")
START = datetime(2026, 10, 1, tzinfo=UTC)


def log_of(tmp_path: Path, contents: list[tuple[str, dict]]) -> list[Record]:
    log = EvidenceLog("demo", tmp_path / "log", tmp_path / "key.pem")
    for index, (command, content) in enumerate(contents):
        log.append(command, content, lambda index=index: START + timedelta(days=index))
    return [read_record(line).record for line in log.records()]


def mark(at: str, failed: tuple[str, ...], standing: str) -> Mark:
    controls = {"HIPAA:164.312(b)": standing, "SOX:302": "passed"}
    counts = {"passed": 3, "failed": len(failed)}
    return Mark(at, "c0ffee", "phi: hipaa", ("state",), counts, 0, {}, controls, failed, "sha256:0")


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


CHANGE = {
    "who": {"user": "root", "ci": "pipeline"},
    "inputs": {"git": {"commit": "c0ffee", "dirty": False}},
    "change": {
        "author": "ann@example.org",
        "approvers": ["bob@example.org"],
        "ticket": "=1+1",
        "approved_plan": "sha256:1",
    },
    "plan": {"digest": "sha256:1"},
    "policies": {"blocking": [], "waived": ["RW-PSTO-001"]},
    "acceptance": {"counts": {"passed": 47}},
    "outcome": "accepted",
}


def test_the_population_has_every_change_and_nothing_else(tmp_path: Path) -> None:
    records = log_of(tmp_path, [("up", CHANGE), ("audit", {}), ("destroy", {"change": {"approvers": []}})])
    found = samples("sox", "demo", PERIOD, records, [], b"{}")
    first, last = rows(found.files["changes.csv"])
    assert (first["applied by"], first["author"], first["approvers"]) == (
        "pipeline",
        "ann@example.org",
        "bob@example.org",
    )
    assert (first["plan as approved"], first["clean checkout"], first["acceptance"]) == ("yes", "yes", "47 passed")
    assert (first["mandatory findings"], first["waived rules"]) == ("none", "RW-PSTO-001")
    assert first["ticket"] == "'=1+1", "a spreadsheet takes it for text"
    assert (last["command"], last["approvers"], last["author"]) == ("destroy", "nobody", "not known")
    assert (last["mandatory findings"], last["plan as approved"]) == ("not evaluated", "not known")
    assert (found.changes, found.sampled, first["hash"]) == (2, 2, records[0].hash)


@given(st.integers(0, 60))
def test_a_sample_can_be_drawn_again_and_has_no_more_than_there_is(count: int) -> None:
    records = [Record("demo", n, "0" * 64, "2026-10-01T00:00:00.000000Z", "up", "key", {"n": n}) for n in range(count)]
    head = records[-1] if records else None
    chosen = drawn(records, head, PERIOD)
    assert chosen == drawn(list(reversed(records)), head, PERIOD)
    assert len(chosen) == min(count, SAMPLE)
    assert chosen <= {record.hash for record in records}


def test_controls_and_violations_are_told_over_the_period() -> None:
    marks = [
        mark("2026-10-02T00:00:00+00:00", ("RW-A x", "RW-B y"), "failed"),
        mark("2026-11-02T00:00:00+00:00", ("RW-B y",), "passed"),
        mark("2027-02-02T00:00:00+00:00", ("RW-C z",), "failed"),
    ]
    found = samples("hipaa", "demo", PERIOD, [], marks, b"{}")
    assert list(csv.reader(io.StringIO(found.files["controls.csv"].decode())))[1] == ["164.312(b)", "failed", "passed"]
    told = {row["rule"]: row["at the end of the period"] for row in rows(found.files["violations.csv"])}
    assert told == {"RW-A": "closed", "RW-B": "open"}
    assert found.audits == 2


def test_an_empty_period_is_refused_with_what_there_is(tmp_path: Path) -> None:
    records = log_of(tmp_path, [("up", CHANGE)])
    with pytest.raises(InputError) as refused:
        samples("sox", "demo", parse_period("2025"), records, [], b"{}")
    assert "2026-10-01" in str(refused.value.hint)


def test_an_approval_is_what_the_pipeline_says_and_silence_is_not_nobody(tmp_path: Path) -> None:
    path = tmp_path / "approval.json"
    path.write_text(json.dumps({"approvers": ["bob@example.org"], "ticket": "CHG-1"}))
    told = change_of(tmp_path, {"RW_APPROVAL": str(path)})
    assert (told["approvers"], told["ticket"], told["author"]) == (["bob@example.org"], "CHG-1", None)
    assert change_of(tmp_path, {})["approvers"] is None


@pytest.mark.parametrize("content", ["", "[]", '{"approvers": "bob"}', '{"approvers": [], "more": 1}'])
def test_an_approval_that_is_none_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "approval.json"
    path.write_text(content)
    with pytest.raises(InputError, match="mistakes"):
        read_approval({"RW_APPROVAL": str(path)})


@pytest.fixture
def stand_in_cosign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A stand-in for cosign that notes its arguments; the real one needs the network and an identity."""

    def write(code: int) -> Path:
        program = tmp_path / "bin" / "cosign"
        program.parent.mkdir(exist_ok=True)
        program.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/asked\necho "no identity" >&2\nexit {code}\n')
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("PATH", str(program.parent), prepend=":")
        return tmp_path / "asked"

    return write


def test_sigstore_signs_through_cosign(tmp_path: Path, stand_in_cosign) -> None:
    asked = stand_in_cosign(0)
    bundle = sigstore.sign(tmp_path / "b.json")
    assert bundle.name == "b.json.sigstore.json"
    assert asked.read_text().split() == ["sign-blob", "--yes", "--bundle", str(bundle), str(tmp_path / "b.json")]
    sigstore.verify(tmp_path / "b.json", bundle, identity="ann@example.org", issuer="https://accounts.example.org")
    assert "--certificate-identity ann@example.org" in asked.read_text()


def test_what_cosign_cannot_do_is_told(tmp_path: Path, stand_in_cosign, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in_cosign(1)
    with pytest.raises(StepFailed, match="no identity"):
        sigstore.sign(tmp_path / "b.json")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InputError, match="no cosign"):
        sigstore.sign(tmp_path / "b.json")
