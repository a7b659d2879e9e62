"""``rw judge``: files in, findings out, no stack and nothing kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rackwright.cli.app import main

BUCKET = "urn:pulumi:s::p::aws:s3/bucket:Bucket::scans"
TAGS = {"rackwright:stack": "s", "rackwright:classification": "phi"}


@pytest.fixture
def state(tmp_path: Path) -> Path:
    bucket = {"urn": BUCKET, "type": "aws:s3/bucket:Bucket", "id": "scans", "inputs": {"bucket": "scans", "tags": TAGS}}
    path = tmp_path / "state.json"
    path.write_text(json.dumps({"version": 3, "deployment": {"resources": [bucket]}}))
    return path


def test_what_is_mandatory_follows_from_the_options(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["judge", str(state), "--classification", "phi", "--json"]) == 5
    findings = json.loads(capsys.readouterr().out)["findings"]
    blocking = {one["rule"] for one in findings if one["status"] == "failed" and one["enforcement"] == "mandatory"}
    assert "RW-PSTO-011" in blocking
    main(["judge", str(state), "--json"])
    softer = json.loads(capsys.readouterr().out)["findings"]
    assert "RW-PSTO-011" not in {one["rule"] for one in softer if one["enforcement"] == "mandatory"}


def test_all_mistakes_are_told_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = str(tmp_path / "none.json")
    assert main(["judge", missing, "--framework", "hippa", "--classification", "secret"]) == 2
    said = capsys.readouterr().err
    assert all(word in said for word in ("none.json", "'hippa'", "'secret'", "known are"))


def test_without_a_file_it_says_what_to_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["judge"]) == 2
    assert "--documents" in capsys.readouterr().err


def test_collected_documents_are_judged_and_written_in_the_form_asked_for(tmp_path: Path) -> None:
    documents, out = tmp_path / "facts.jsonl", tmp_path / "out.sarif"
    documents.write_text(json.dumps({"type": "aws:s3/bucket:Bucket", "name": "scans", "props": {"bucket": "scans"}}))
    main(["judge", "--documents", str(documents), "--format", "sarif", "-o", str(out)])
    assert json.loads(out.read_text())["version"] == "2.1.0"
