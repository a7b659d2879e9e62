"""Services, processes, ports and packages on this machine; nothing here needs root."""

from __future__ import annotations

import json
import logging
import os
import signal
import socket
import sys
from pathlib import Path

import pytest

from rackwright.cloud import capability, process, services
from rackwright.cloud.control_group import hierarchy
from rackwright.cloud.install import install_packages, no_service_starts
from rackwright.cloud.logs import JsonLines
from rackwright.cloud.program import last_lines, run
from rackwright.cloud.registry import registry_configuration
from rackwright.cloud.services import free_store, refuse_taken_ports
from rackwright.cloud.settings import CloudSettings
from rackwright.cloud.ssh import ensure_key, known_hosts, public_key, ssh_command, write_known_hosts
from rackwright.cloud.status import CloudStatus, MachineStatus, read_status, write_status
from rackwright.diagnostics import StepFailed


@pytest.fixture
def settings(tmp_path: Path) -> CloudSettings:
    return CloudSettings(root=tmp_path / "cloud", cache=tmp_path / "cache", network_cidr="10.40.0.0/24")


def test_a_process_is_found_by_its_mark_and_ended(settings: CloudSettings) -> None:
    command = [sys.executable, "-c", "import signal; signal.pause()"]
    process.start(command, root=settings.root, role="sleeper", log=settings.logs / "sleeper.log")
    found = process.find(settings.root)
    assert [one.role for one in found] == ["sleeper"]
    assert process.find(settings.root.parent) == ()
    assert process.stop(settings.root, "other") == 0
    assert process.stop(settings.root, "sleeper") == 1
    assert process.find(settings.root) == ()


def test_a_process_that_ignores_the_kind_request_is_killed(settings: CloudSettings) -> None:
    code = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); signal.pause()"
    log = settings.logs / "deaf.log"
    started = process.start([sys.executable, "-c", code], root=settings.root, role="deaf", log=log)
    while "deaf" not in log.read_text():
        assert started.poll() is None
    assert process.stop(settings.root, "deaf", timeout_s=0.2) == 1
    assert started.wait(timeout=10) == -signal.SIGKILL


def test_a_taken_port_is_named_with_the_way_to_find_who_has_it() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        with pytest.raises(StepFailed, match=f"127.0.0.1:{port} \\(AWS API\\)") as refused:
            refuse_taken_ports({"AWS API": ("127.0.0.1", port)})
    assert f"sport = :{port}" in (refused.value.hint or "")
    refuse_taken_ports({"AWS API": ("127.0.0.1", port)})


def test_two_clouds_with_one_cache_folder_never_share_a_package_store(tmp_path: Path) -> None:
    with free_store(tmp_path) as (first, _), free_store(tmp_path) as (second, _):
        assert first != second
    with free_store(tmp_path) as (again, _):
        assert again == first


def test_services_listen_on_the_bridge_only(settings: CloudSettings) -> None:
    assert json.loads(registry_configuration(settings))["http"] == {"addr": "10.40.0.1:5000"}
    assert "BindAddress: 10.40.0.1\n" in services.apt_cache_configuration(settings, Path("/c"), Path("/d"))
    assert {place[0] for place in services.ports(settings, machines=True).values()} == {"127.0.0.1", "10.40.0.1"}
    assert set(services.ports(settings, machines=False)) == {"AWS API"}


def test_installing_starts_no_service_and_leaves_no_policy_behind(tmp_path: Path) -> None:
    policy = tmp_path / "policy-rc.d"
    with no_service_starts(policy):
        assert os.access(policy, os.X_OK)
        assert policy.read_text().endswith("exit 101\n")
    assert not policy.exists()
    with pytest.raises(RuntimeError), no_service_starts(policy):
        raise RuntimeError
    assert not policy.exists()


def test_a_policy_of_ours_that_a_killed_run_left_is_removed_and_anothers_is_kept(tmp_path: Path) -> None:
    policy = tmp_path / "policy-rc.d"
    with no_service_starts(policy):
        left_behind = policy.read_text()
    policy.write_text(left_behind)
    with no_service_starts(policy):
        pass
    assert not policy.exists()
    policy.write_text("#!/bin/sh\nexit 101\n")
    with no_service_starts(policy):
        pass
    assert policy.read_text() == "#!/bin/sh\nexit 101\n"


def test_who_is_not_root_is_told_the_command_to_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(StepFailed) as refused:
        install_packages(["mmdebstrap"], lambda _: None)
    assert refused.value.hint == "run: sudo apt-get install --no-install-recommends mmdebstrap"


def test_without_root_there_are_no_machines_and_nothing_to_install(
    monkeypatch: pytest.MonkeyPatch, settings: CloudSettings
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(sys, "platform", "linux")
    assert capability.why_no_machines(settings) == "machines need root, this is an ordinary user"
    assert capability.missing_packages() == ()


def test_on_another_system_there_are_no_machines(monkeypatch: pytest.MonkeyPatch, settings: CloudSettings) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert capability.why_no_machines(settings) == "machines need Linux, this is darwin"


def test_memory_that_can_be_had_is_read_in_gib() -> None:
    assert capability.available_memory_gib("MemTotal: 8388608 kB\nMemAvailable:    4194304 kB\n") == 4.0
    assert capability.available_memory_gib("") == 0.0


@pytest.mark.parametrize(
    ("mounts", "expected"),
    [
        ("cgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n", "/sys/fs/cgroup"),
        (
            "cgroup /sys/fs/cgroup/cpu cgroup rw,cpu 0 0\ncgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n",
            "/sys/fs/cgroup/unified",
        ),
        ("cgroup /sys/fs/cgroup/cpu cgroup rw,cpu 0 0\n", None),
    ],
)
def test_the_control_group_hierarchy_is_found_wherever_it_is_mounted(mounts: str, expected: str | None) -> None:
    assert hierarchy(mounts) == (Path(expected) if expected else None)


def test_a_failed_program_is_one_message_with_its_last_words() -> None:
    with pytest.raises(StepFailed, match=r"could not try: sh ended with 3: first; second"):
        run(["sh", "-c", "echo first >&2; echo second >&2; exit 3"], what="try")
    with pytest.raises(StepFailed, match="the program no-such-program is missing"):
        run(["no-such-program"], what="try")
    assert last_lines("a\n\nb\nc\n", 2) == "b; c"


def test_keys_are_made_once_and_only_for_their_owner(settings: CloudSettings) -> None:
    key = ensure_key(settings.root / "ssh" / "id_ed25519")
    before = key.read_bytes()
    assert ensure_key(key).read_bytes() == before
    assert key.stat().st_mode & 0o777 == 0o600
    assert key.with_name("id_ed25519.pub").read_text().strip() == public_key(key)


def test_a_key_that_a_killed_run_left_half_written_is_made_anew(settings: CloudSettings) -> None:
    key = settings.root / "ssh" / "id_ed25519"
    key.parent.mkdir(parents=True)
    key.write_text("-----BEGIN OPENSSH PRI")
    assert public_key(ensure_key(key)).startswith("ssh-ed25519 ")


def test_ssh_trusts_the_keys_that_we_made_and_no_others(settings: CloudSettings) -> None:
    write_known_hosts(settings, {"10.40.0.12": "ssh-ed25519 B", "10.40.0.11": "ssh-ed25519 A"})
    assert known_hosts(settings).read_text() == "10.40.0.11 ssh-ed25519 A\n10.40.0.12 ssh-ed25519 B\n"
    command = ssh_command(settings, "10.40.0.11", Path("/key"))
    assert command[-1] == "admin@10.40.0.11"
    assert f"UserKnownHostsFile={known_hosts(settings)}" in command
    assert "StrictHostKeyChecking=yes" in command


def test_a_status_survives_being_written_down_and_a_torn_one_is_none(tmp_path: Path) -> None:
    status = CloudStatus(
        running=True,
        machines=(MachineStatus("i-1", "n", "10.0.0.1", "running", 1.5),),
        preparing=("x",),
        problems=("y",),
    )
    path = tmp_path / "status.json"
    write_status(path, status)
    assert read_status(path) == status
    path.write_text(path.read_text()[:40])
    assert read_status(path) is None


def test_log_lines_are_json_with_the_facts_as_fields() -> None:
    record = logging.makeLogRecord({"msg": "machine answers", "levelname": "INFO", "instance": "i-1", "boot_s": 1.5})
    line = json.loads(JsonLines().format(record))
    assert (line["event"], line["level"], line["instance"], line["boot_s"]) == ("machine answers", "info", "i-1", 1.5)
