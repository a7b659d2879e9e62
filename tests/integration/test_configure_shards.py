"""Two local workers run one site: every host has its result, secrets stay in the job, a broken worker is told."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from rackwright.configure import ConfigureEvent
from rackwright.configure.shards import Worker, configure_sharded, local_worker
from tests.integration.test_configure_runner import SECRET, here

FAIL_ON_C = {
    "name": "Fail",
    "ansible.builtin.fail": {"msg": "{{ test_secret }} leaks"},
    "when": "inventory_hostname == 'c'",
}


@pytest.fixture
def playbook(tmp_path: Path) -> str:
    touch = {
        "name": "Touch",
        "ansible.builtin.file": {"path": f"{tmp_path}/{{{{ inventory_hostname }}}}", "state": "touch"},
    }
    play = {"name": "Test: a play", "hosts": "all", "gather_facts": False, "tasks": [touch, FAIL_ON_C]}
    path = tmp_path / "play.yml"
    path.write_text(json.dumps([play]))
    return str(path)


def run(folder: Path, playbook: str, workers: list[Worker], events: list[ConfigureEvent]) -> Any:
    return configure_sharded(
        here("a", "b", "c"),
        workers,
        private_dir=folder / "ansible",
        ssh_key=folder / "key",
        known_hosts=folder / "known_hosts",
        secrets={"test_secret": SECRET},
        on_event=events.append,
        playbook=playbook,
    )


def test_two_workers_share_the_hosts_and_give_one_result(tmp_path: Path, playbook: str) -> None:
    events: list[ConfigureEvent] = []
    result = run(tmp_path, playbook, [local_worker("one"), local_worker("two")], events)
    assert [(host.host, host.changed, host.failed) for host in result.hosts] == [("a", 1, 0), ("b", 1, 0), ("c", 1, 1)]
    assert {event.host for event in events if event.status == "changed"} == {"a", "b", "c"}
    assert "******** leaks" in result.hosts[2].error
    assert SECRET not in result.log.read_text()
    assert not (tmp_path / "ansible").exists()


@pytest.mark.parametrize(
    "command", [("no-such-program",), (sys.executable, "-c", "import sys; sys.exit('mesh is down')")]
)
def test_a_worker_that_breaks_off_fails_its_own_share_only(
    command: tuple[str, ...], tmp_path: Path, playbook: str
) -> None:
    result = run(tmp_path, playbook, [local_worker("one"), Worker("two", command)], [])
    assert [(host.host, host.unreachable) for host in result.hosts] == [("a", 0), ("b", 1), ("c", 0)], result
    assert "worker two broke off" in result.hosts[1].error
    assert any(word in result.hosts[1].error for word in ("mesh is down", "No such file"))


def test_what_all_shares_need_lies_in_the_job_before_any_is_sent(tmp_path: Path, playbook: str) -> None:
    """Arguments like ``envvars`` make each transmit write files into the job while another packs it."""
    keep = "import shutil, sys; shutil.copyfileobj(sys.stdin.buffer, open(sys.argv[1], 'wb'))"
    sent = [tmp_path / "one.sent", tmp_path / "two.sent"]
    run(tmp_path, playbook, [Worker(path.stem, (sys.executable, "-c", keep, str(path))) for path in sent], [])
    arguments = [json.loads(path.read_bytes().splitlines()[0])["kwargs"] for path in sent]
    assert [sorted(one) for one in arguments] == [["limit", "playbook", "quiet"]] * 2
