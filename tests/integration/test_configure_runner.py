"""The runner with a real ansible-playbook, but no machine: results, secrets, unreachable hosts, Ctrl-C."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import pytest

from rackwright.configure import ConfigureEvent, LocalServices, configure, site_inventory
from rackwright.configure.events import MASK
from rackwright.diagnostics import StepFailed
from rackwright.outcome import HostResult
from tests.unit.configure.sample import design, inventory, lock

SECRET = "correct-horse-battery-staple"


def sample_site() -> dict[str, Any]:
    return site_inventory(inventory(), design(), lock(), LocalServices("http://10.0.0.1:1", "http://10.0.0.1:2"))


def here(*names: str) -> dict[str, Any]:
    """Hosts that are this machine itself."""
    variables = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    return {"all": {"hosts": dict.fromkeys(names, variables)}}


def write_playbook(folder: Path, *tasks: dict[str, Any]) -> str:
    path = folder / "play.yml"
    path.write_text(json.dumps([{"name": "Test: a play", "hosts": "all", "gather_facts": False, "tasks": list(tasks)}]))
    return str(path)


def run(folder: Path, site: dict[str, Any], playbook: str, events: list[ConfigureEvent] | None = None) -> Any:
    seen = [] if events is None else events
    return configure(
        site,
        private_dir=folder / "ansible",
        ssh_key=folder / "key",
        known_hosts=folder / "known_hosts",
        secrets={"test_secret": SECRET},
        on_event=seen.append,
        playbook=playbook,
    )


def test_a_run_tells_what_it_did_to_each_host(tmp_path: Path) -> None:
    touch = {
        "name": "Touch",
        "ansible.builtin.file": {"path": f"{tmp_path}/{{{{ inventory_hostname }}}}", "state": "touch"},
    }
    events: list[ConfigureEvent] = []
    result = run(tmp_path, here("a", "b"), write_playbook(tmp_path, touch), events)
    assert result.hosts == (HostResult(host="a", ok=1, changed=1), HostResult(host="b", ok=1, changed=1))
    assert result.changed == 2
    assert [phase.name for phase in result.phases] == ["Test"]
    assert {(event.host, event.status) for event in events} >= {("a", "started"), ("a", "changed"), ("b", "changed")}
    result.raise_if_failed()


def test_validation_passes_the_inventory_that_we_make_and_changes_nothing(tmp_path: Path) -> None:
    result = run(tmp_path, sample_site(), "validate.yml")
    assert (result.changed, result.failed) == (0, ())
    assert [host.host for host in result.hosts] == ["head-1"], "one process answers for all hosts"


def test_a_failed_task_is_in_the_result_and_in_the_error(tmp_path: Path) -> None:
    fail = {"name": "Give up", "ansible.builtin.fail": {"msg": "the disk is full"}, "when": "inventory_hostname == 'b'"}
    result = run(tmp_path, here("a", "b"), write_playbook(tmp_path, fail))
    assert [host.host for host in result.failed] == ["b"]
    with pytest.raises(StepFailed, match="1 of 2 hosts: b: Give up: the disk is full"):
        result.raise_if_failed()


def test_secrets_stay_out_of_log_errors_and_folders(tmp_path: Path) -> None:
    leak = {"name": "Leak", "ansible.builtin.fail": {"msg": "the key is {{ test_secret }}"}}
    result = run(tmp_path, here("a"), write_playbook(tmp_path, leak))
    assert MASK in result.hosts[0].error
    assert MASK in result.log.read_text()
    assert result.log.stat().st_mode & 0o777 == 0o600
    assert not (tmp_path / "ansible").exists()
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and SECRET in path.read_text()]


def test_a_host_that_cannot_be_reached_is_named(tmp_path: Path) -> None:
    site = {"all": {"hosts": {"gone": {"ansible_host": "127.255.255.254", "ansible_port": 1}}}}
    ping = {"name": "Ping", "ansible.builtin.ping": {}}
    result = run(tmp_path, site, write_playbook(tmp_path, ping))
    assert [host.unreachable for host in result.hosts] == [1]
    with pytest.raises(StepFailed, match="1 hosts cannot be reached: gone"):
        result.raise_if_failed()


def test_a_playbook_that_ansible_cannot_read_is_one_clear_error(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yml"
    broken.write_text("- hosts: all\n  tasks: {")
    with pytest.raises(StepFailed, match="Ansible ended with"):
        run(tmp_path, here("a"), str(broken))


def test_what_a_killed_run_left_behind_does_not_disturb_the_next(tmp_path: Path) -> None:
    (tmp_path / "ansible" / "env").mkdir(parents=True)
    (tmp_path / "ansible" / "env" / "extravars").write_text("not: [valid")
    assert run(tmp_path, sample_site(), "validate.yml").failed == ()


PROGRAM = """
import sys
from pathlib import Path
from rackwright.configure import configure

folder, playbook = Path(sys.argv[1]), sys.argv[2]
site = {"all": {"hosts": {"a": {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}}}}
try:
    configure(site, private_dir=folder / "ansible", ssh_key=folder / "key", known_hosts=folder / "known",
              secrets={}, on_event=lambda event: print(event.status, flush=True), playbook=playbook)
except KeyboardInterrupt:
    sys.exit(42)
"""


def test_ctrl_c_ends_ansible_and_leaves_nothing_behind(tmp_path: Path) -> None:
    wait = {"name": "Wait", "ansible.builtin.command": "timeout 60 tail -f /dev/null"}
    command = [sys.executable, "-c", PROGRAM, str(tmp_path), write_playbook(tmp_path, wait)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "started\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 42
    assert not (tmp_path / "ansible").exists()
    listing = subprocess.run(["ps", "-ww", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert str(tmp_path) not in "\n".join(line for line in listing.splitlines() if "ansible-playbook" in line)


BACKGROUND = ["sh", "-c", 'trap "" INT; exec "$@"', "sh"]
"""Starts a program as a shell starts a job in the background of a script."""


def test_ctrl_c_does_not_reach_ansible_in_the_background_of_a_script(tmp_path: Path) -> None:
    wait = {"name": "Wait", "ansible.builtin.wait_for": {"path": str(tmp_path / "go"), "timeout": 60, "sleep": 1}}
    command = [*BACKGROUND, sys.executable, "-c", PROGRAM, str(tmp_path), write_playbook(tmp_path, wait)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "started\n"
        process.send_signal(signal.SIGINT)
        (tmp_path / "go").touch()
        assert process.communicate(timeout=60)[0] == "ok\n"
        assert process.returncode == 0


def test_sigterm_ends_ansible_in_the_background_of_a_script(tmp_path: Path) -> None:
    wait = {"name": "Wait", "ansible.builtin.command": "timeout 60 tail -f /dev/null"}
    command = [*BACKGROUND, sys.executable, "-c", PROGRAM, str(tmp_path), write_playbook(tmp_path, wait)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "started\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == -signal.SIGTERM
    assert not (tmp_path / "ansible").exists()


def test_an_inventory_is_not_changed_by_running_it(tmp_path: Path) -> None:
    site = sample_site()
    before = json.dumps(site, sort_keys=True)
    run(tmp_path, site, "validate.yml")
    assert json.dumps(site, sort_keys=True) == before
    assert "ansible_ssh_common_args" not in cast("dict[str, Any]", site["all"])["vars"]
