"""Files under ``.rw`` that somebody broke or deleted: one message with a way out, and no command makes it worse."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rackwright.cli.watch import Watch
from rackwright.diagnostics import InputError
from rackwright.engine import FileBackend, StackRef
from rackwright.pipeline.clock import today
from rackwright.pipeline.local import IDENTITY, mark_cloud
from rackwright.pipeline.prepare import prepare
from rackwright.pipeline.removal.destroy import destroy, set_aside_if_gone
from rackwright.pipeline.run import Run
from rackwright.pipeline.status import read_status
from rackwright.pipeline.workspace import Workspace

ROOT = Path(__file__).parents[3]
STACK = StackRef("rackwright", "local")

BROKEN = [
    "",
    "xx",
    "[]",
    "null",
    '{"version": 3}',
    '{"version": 3, "checkpoint": {"latest": []}}',
    '{"version": 3, "checkpoint": {"latest": {"resources": "x"}}}',
    '{"version": 3, "checkpoint": {"latest": {"resources": [1]}}}',
    '{"version": 99, "checkpoint": {}}',
]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """The local stack with a `.rw` of its own, in which nothing runs."""
    return Run(prepare(ROOT, "local", today()), Workspace(tmp_path, "local"), Watch(yes=True, ask=""))


def state_of(run: Run, text: str) -> Path:
    """The checkpoint file, now with `text`."""
    path = FileBackend(run.workspace.state_root, "").path(STACK)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.mark.parametrize("text", BROKEN)
def test_a_broken_state_stops_every_command_before_it_changes_anything(run: Run, text: str) -> None:
    run.workspace.secret("passphrase")
    state = state_of(run, text)
    for command in (read_status, destroy, Run.inventory, Run.audit_state):
        with pytest.raises(InputError, match="is broken") as refused:
            command(run)
        assert refused.value.where == str(state)
        assert refused.value.hint
    assert state.read_text() == text


def test_the_newest_copy_of_a_broken_state_is_named(run: Run) -> None:
    run.workspace.secret("passphrase")
    state = state_of(run, "xx")
    copy = run.workspace.state_root / ".pulumi/history/rackwright/local/local-1.checkpoint.json"
    copy.parent.mkdir(parents=True)
    copy.write_text("{}")
    with pytest.raises(InputError) as refused:
        read_status(run)
    assert refused.value.hint == f"take the newest copy of it: cp {copy.resolve()} {state.resolve()}"


def test_a_lost_passphrase_is_told_and_never_made_anew_beside_a_state(run: Run) -> None:
    state_of(run, '{"version": 3, "checkpoint": {"latest": null}}')
    with pytest.raises(InputError, match="passphrase of stack 'local' is gone") as refused:
        read_status(run)
    assert "./rw cloud down local" in (refused.value.hint or "")
    assert not (run.workspace.secrets / "passphrase").exists()


@pytest.mark.parametrize("text", ["{garb", "[1]", "\x00"])
def test_a_broken_report_is_only_left_out_of_the_status(run: Run, text: str) -> None:
    run.workspace.folder.mkdir(parents=True)
    (run.workspace.folder / "report.json").write_text(text)
    found = read_status(run)
    assert (found.resources, found.last_run) == (0, None)
    json.dumps(found.as_json())


def test_any_bytes_in_the_lock_file_are_fine(run: Run) -> None:
    run.workspace.folder.mkdir(parents=True)
    (run.workspace.folder / "run.lock").write_bytes(b"\xff\xfe\x00" * 100)
    with run.workspace.only_run("up"):
        assert "rw up" in (run.workspace.folder / "run.lock").read_text()


def recorded(run: Run) -> Path:
    """The stack has been up: a state with one resource, and a mark of the local cloud that it was applied to."""
    run.workspace.secret("passphrase")
    run.workspace.cloud_root.mkdir(parents=True)
    mark_cloud(run.workspace)
    stack = {"urn": "urn:pulumi:local::rackwright::pulumi:pulumi:Stack::rackwright-local", "custom": False}
    stack["type"] = "pulumi:pulumi:Stack"
    return state_of(run, json.dumps({"version": 3, "checkpoint": {"latest": {"resources": [stack]}}}))


def test_the_record_of_a_local_cloud_that_stands_is_kept(run: Run) -> None:
    state = recorded(run)
    assert not set_aside_if_gone(run)
    assert state.exists()


@pytest.mark.parametrize("came_back", [False, True], ids=["gone", "another one in its place"])
def test_the_record_of_a_local_cloud_that_was_removed_is_set_aside(run: Run, *, came_back: bool) -> None:
    state = recorded(run)
    (run.workspace.cloud_root / IDENTITY).unlink()
    if came_back:
        (run.workspace.cloud_root / IDENTITY).write_text("another")
    before = state.read_text()
    assert set_aside_if_gone(run)
    assert not state.exists()
    assert state.with_suffix(".json.bak").read_text() == before
    assert read_status(run).resources == 0
