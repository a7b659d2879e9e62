from collections.abc import Callable
from pathlib import Path

import pytest

from rackwright.accept import accept
from rackwright.inventory import Host
from rackwright.outcome import Check, Verdict
from tests.unit.configure.sample import design, inventory, lock


@pytest.fixture
def shell(tmp_path: Path) -> Callable[[str], str]:
    """``shell(body)`` is the path of a program that stands in for ssh; it gets the script on stdin."""

    def make(body: str) -> str:
        path = tmp_path / f"ssh-{len(list(tmp_path.iterdir()))}"
        path.write_text(f"#!/bin/bash\n{body}\n")
        path.chmod(0o755)
        return str(path)

    return make


def test_a_host_that_does_not_answer_is_a_failed_check_with_what_ssh_said(shell: Callable[[str], str]) -> None:
    ssh = shell("echo 'connect to host 10.40.0.10 port 22: No route to host' >&2; exit 255")
    found = accept(design(), lock(), inventory(), lambda host: [ssh], lambda check: None)
    silent = [check for check in found if check.id == "host.answers"]
    assert {check.host for check in silent} == {"head-1", "train-1", "train-2"}
    assert all(check.verdict is Verdict.FAILED and "No route to host" in check.reason for check in silent)
    assert not [check for check in found if check.verdict is Verdict.PASSED]


def test_a_missing_ssh_program_is_a_failed_check() -> None:
    found = accept(design(), lock(), inventory(0), lambda host: ["/nonexistent/ssh"], lambda check: None)
    assert "cannot be started" in next(check.reason for check in found if check.id == "host.answers")


def test_every_question_comes_back_as_a_check_and_is_told_once(shell: Callable[[str], str]) -> None:
    ssh = shell(r"""grep '^ask ' | while read -r _ id _; do echo "$id 1 $(printf nothing | base64)"; done""")
    told: list[Check] = []
    found = accept(design(), lock(), inventory(), lambda host: [ssh], told.append)
    assert sorted(told, key=lambda check: (check.host or "", check.id)) == list(found)
    assert len({(check.host, check.id) for check in found}) == len(found)
    assert not [check for check in found if check.verdict is Verdict.PASSED and check.id != "base.units"]


def test_each_host_is_reached_by_its_own_command(shell: Callable[[str], str], tmp_path: Path) -> None:
    ssh = shell(f'cat > /dev/null; echo "$1" >> {tmp_path}/asked; exit 255')

    def command(host: Host) -> list[str]:
        return [ssh, str(host.address)]

    accept(design(), lock(), inventory(), command, lambda check: None)
    assert set((tmp_path / "asked").read_text().split()) == {"10.40.0.10", "10.40.1.11", "10.40.1.12"}
