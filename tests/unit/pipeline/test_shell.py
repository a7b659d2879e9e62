"""``rw ssh``: who is asked for, whether it is there, and what is run."""

from __future__ import annotations

import socket
import threading
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from rackwright.cli.watch import Watch
from rackwright.diagnostics import InputError, StepFailed
from rackwright.inventory import Host, Inventory
from rackwright.pipeline.clock import today
from rackwright.pipeline.nodes import shell
from rackwright.pipeline.nodes.shell import shell_command
from rackwright.pipeline.prepare import prepare
from rackwright.pipeline.run import Run
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


@pytest.mark.parametrize(("greeting", "answers"), [(b"SSH-2.0-x\r\n", True), (b"HTTP", False), (b"", False)])
def test_only_an_ssh_greeting_counts_as_an_answer(greeting: bytes, *, answers: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def greet() -> None:
            connection, _ = server.accept()
            with connection:
                connection.sendall(greeting)

        thread = threading.Thread(target=greet)
        thread.start()
        assert shell.answers_ssh("127.0.0.1", port) is answers
        thread.join()


def test_nobody_at_the_port_is_no_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert not shell.answers_ssh("127.0.0.1", port, 0.2)
