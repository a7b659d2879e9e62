"""``rw ssh``: who is asked for, whether it is there, and what is run."""

from __future__ import annotations

from ipaddress import IPv4Address
from pathlib import Path

import pytest

from rackwright.cli.watch import Watch
from rackwright.diagnostics import InputError, StepFailed
from rackwright.inventory import Host, Inventory
from rackwright.pipeline import shell
from rackwright.pipeline.clock import today
from rackwright.pipeline.prepare import prepare
from rackwright.pipeline.run import Run
from rackwright.pipeline.shell import shell_command
from rackwright.pipeline.workspace import Workspace

ROOT = Path(__file__).parents[3]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    host = Host.model_construct(name="head-1", address=IPv4Address("127.0.0.1"))
    monkeypatch.setattr(Run, "inventory", lambda _: Inventory.model_construct(hosts=(host,)))
    return Run(prepare(ROOT, "local", today()), Workspace(tmp_path, "local"), Watch(yes=True, ask=""))


def test_an_unknown_node_is_refused_with_those_that_exist(run: Run) -> None:
    with pytest.raises(InputError, match="no node 'head-2'") as refused:
        shell_command(run, "head-2", [])
    assert refused.value.hint == "nodes: head-1"


def test_a_node_that_does_not_answer_is_told_before_ssh_begins(run: Run) -> None:
    with pytest.raises(StepFailed, match="does not answer") as refused:
        shell_command(run, "head-1", [], answers=lambda _: False)
    assert "./rw up local" in (refused.value.hint or "")


def test_without_ssh_the_package_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shell.shutil, "which", lambda _: None)
    with pytest.raises(StepFailed, match="'ssh'") as refused:
        shell_command(run, "head-1", [], answers=lambda _: True)
    assert "openssh-client" in (refused.value.hint or "")


def test_the_command_comes_last(run: Run) -> None:
    built = shell_command(run, "head-1", ["uname", "-r"], answers=lambda _: True)
    assert built[0] == "ssh"
    assert built[-2:] == ["uname", "-r"]
