"""The stack's folder: secrets that only their owner reads, and one run at a time."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest

from rackwright.diagnostics import StepFailed
from rackwright.pipeline.workspace import Workspace


def test_a_secret_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path, "demo")
    first = workspace.secret("munge")
    assert Workspace(tmp_path, "demo").secret("munge") == first
    assert stat.S_IMODE((workspace.secrets / "munge").stat().st_mode) == 0o600
    assert stat.S_IMODE(workspace.secrets.stat().st_mode) == 0o700


def test_two_stacks_and_two_names_have_different_secrets(tmp_path: Path) -> None:
    found = {Workspace(tmp_path, stack).secret(name) for stack in ("a", "b") for name in ("munge", "passphrase")}
    assert len(found) == 4


def test_two_makers_at_once_get_the_same_secret_and_leave_nothing_else(tmp_path: Path) -> None:
    workspace, found = Workspace(tmp_path, "demo"), []
    makers = [threading.Thread(target=lambda: found.append(workspace.secret("munge"))) for _ in range(8)]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    assert [path.name for path in workspace.secrets.iterdir()] == ["munge"]


def test_a_second_run_of_the_same_stack_is_told_who_holds_it(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path, "demo")
    holder = pytest.raises(StepFailed, match=r"rw up, process \d+")
    with workspace.only_run("up"), holder as refusal, workspace.only_run("destroy"):
        pytest.fail("two runs at once")
    assert refusal.value.exit_code == 4
    assert refusal.value.hint


def test_another_stack_may_run_at_the_same_time_and_a_lock_ends_with_its_run(tmp_path: Path) -> None:
    entered = []
    with Workspace(tmp_path, "a").only_run("up"), Workspace(tmp_path, "b").only_run("up"):
        entered.append("both")
    with Workspace(tmp_path, "a").only_run("up"):
        entered.append("again")
    assert entered == ["both", "again"]
