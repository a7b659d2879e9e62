"""The main job, as a person runs it: up, killed, up again, a reboot, an upgrade, a way back, destroy; on real machines.

It runs in a copy of the checkout with addresses and a port of its own, so that a cluster of the developer's may be up.
"""

from __future__ import annotations

import dataclasses
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from rackwright.cloud.capability import why_no_machines
from rackwright.cloud.settings import CloudSettings, default_cache
from rackwright.lock import Lock, dump_lock, load_lock
from rackwright.upgrade import Journal, Stage
from tests.integration.node_lab import LOCK
from tests.integration.sample_packages import SAMPLE, locked, publish_samples

ROOT = Path(__file__).resolve().parents[2]
CIDR = "10.41.0.0/16"
PORT = "4641"
PARTS = ("rackwright", "infra", "playbooks", "policies", "stacks", "Pulumi.yaml")

pytestmark = [pytest.mark.machines, pytest.mark.slow, pytest.mark.timeout(1500)]


@dataclass(frozen=True)
class Checkout:
    root: Path
    workers: str = ""

    @property
    def environment(self) -> dict[str, str]:
        own = {"PYTHONPATH": str(self.root), "RW_AWS_PORT": PORT, "RW_WORKERS": self.workers}
        return os.environ | own | {"CI": "true", "COLUMNS": "200"}

    def start(self, *arguments: str, errors: bool = True) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "rackwright.cli", *arguments],
            cwd=self.root,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if errors else subprocess.DEVNULL,
            text=True,
        )

    def rw(self, *arguments: str, expect: int = 0, errors: bool = True) -> str:
        process = self.start(*arguments, errors=errors)
        shown, _ = process.communicate()
        assert process.returncode == expect, shown[-4000:]
        return shown

    def lock(self, lock: Lock) -> None:
        (self.root / "stacks/local.lock.yaml").write_text(dump_lock(lock))

    def journal(self) -> Journal:
        return Journal.model_validate_json((self.root / ".rw/stacks/local/upgrade.json").read_text())

    def stages(self) -> list[Stage]:
        """Of the hosts in the order in which they are changed."""
        return [state.stage for state in self.journal().hosts.values()]

    @property
    def head(self) -> str:
        return next(str(machine["name"]) for machine in self.report()["machines"] if "head" in machine["name"])

    def says_on_head(self, wanted: str, command: str) -> None:
        """Wait until `command` on the head node says `wanted`, in any case."""
        end = time.monotonic() + 90
        while wanted not in (said := self.rw("ssh", "local", self.head, "--", command, errors=False).lower()):
            assert time.monotonic() < end, f"{command}: {said}"

    def packages(self, host: str) -> str:
        asked = "dpkg-query --show --showformat='${Package} ${Version} ${db:Status-Abbrev}\\n'"
        return self.rw("ssh", "local", host, "--", f"{asked}; cat /etc/apt/preferences.d/rackwright", errors=False)

    def report(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.root / ".rw/stacks/local/report.json").read_text())
        return found

    def recorded(self) -> int:
        state = self.root / ".rw/state/.pulumi/stacks/rackwright/local.json"
        try:
            return len(json.loads(state.read_text())["checkpoint"]["latest"]["resources"])
        except (OSError, ValueError, KeyError):
            return 0

    def vpcs(self) -> list[dict[str, Any]]:
        client = boto3.client(
            "ec2",
            "us-east-1",
            endpoint_url=f"http://127.0.0.1:{PORT}",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )
        found: list[dict[str, Any]] = client.describe_vpcs(Filters=[{"Name": "cidr", "Values": [CIDR]}])["Vpcs"]
        return found


def mentions(command: Path, text: str) -> bool:
    try:
        return text in command.read_text()
    except OSError:  # it ended meanwhile
        return False


def wait_until(true: Callable[[], bool], process: subprocess.Popen[str], deadline_s: float) -> None:
    end = time.monotonic() + deadline_s
    while not true():
        assert process.poll() is None, f"it ended too early: {process.stdout.read() if process.stdout else ''}"
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    root = tmp_path_factory.mktemp("checkout")
    reason = why_no_machines(CloudSettings(root=root, cache=default_cache(), network_cidr=CIDR))
    if reason:
        pytest.skip(f"machines cannot run here: {reason}")
    for part in PARTS:
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy2
        copy(ROOT / part, root / part)
    stack = root / "stacks" / "local.yaml"
    stack.write_text(stack.read_text().replace("10.40.0.0/16", CIDR))
    made = Checkout(root)
    yield made
    made.start("destroy", "local", "--yes").communicate()


def test_the_whole_job_survives_kills_and_ends_clean(checkout: Checkout) -> None:
    _killed_in_the_apply(checkout)
    _killed_in_the_configuration(checkout)
    _finished(checkout)
    _second_up_changes_nothing(checkout)
    _nodes_of_a_pool_reach_each_other_and_nobody_else_does(checkout)
    _audited_where_it_runs(checkout)
    _a_node_comes_back(checkout)
    _upgraded_in_spite_of_a_job_and_a_cut(checkout)
    _brought_back_from_a_bad_lock(checkout)
    _destroyed(checkout)


def _killed_in_the_apply(checkout: Checkout) -> None:
    process = checkout.start("up", "local", "--yes")
    wait_until(lambda: checkout.recorded() > 40, process, 600)
    process.send_signal(signal.SIGKILL)
    process.wait()


def _killed_in_the_configuration(checkout: Checkout) -> None:
    process = checkout.start("up", "local", "--yes")
    artifacts = checkout.root / ".rw/stacks/local/ansible.log"
    wait_until(lambda: artifacts.exists() and "TASK" in artifacts.read_text(), process, 600)
    process.send_signal(signal.SIGINT)
    process.communicate()
    assert process.returncode == 130
    assert checkout.report()["outcome"] == "interrupted"


def _finished(checkout: Checkout) -> None:
    checkout.rw("up", "local", "--yes")
    report = checkout.report()
    verdicts = [check["verdict"] for check in report["checks"]]
    assert "failed" not in verdicts
    passed = {check["id"] for check in report["checks"] if check["verdict"] == "passed"}
    assert any(name.startswith("slurm.") for name in passed)
    assert {check["verdict"] for check in report["checks"] if check["id"].startswith("gpu.")} == {"not-evaluated"}
    assert len(report["machines"]) == 3
    assert len(checkout.vpcs()) == 1, "the killed run's VPC must be taken over, not made again"


def _second_up_changes_nothing(checkout: Checkout) -> None:
    shared = dataclasses.replace(checkout, workers="local:2")  # two workers share the hosts
    shown = shared.rw("up", "local", "--yes")
    assert "nothing to change" in shown
    report = checkout.report()
    assert {row["op"] for row in report["plan"]} == {"same"}
    assert sum(host["changed"] for host in report["hosts"]) == 0


def _nodes_of_a_pool_reach_each_other_and_nobody_else_does(checkout: Checkout) -> None:
    machines = {str(machine["name"]): str(machine["address"]) for machine in checkout.report()["machines"]}
    asking, listening = sorted(name for name in machines if name != checkout.head)
    serve = ["sudo", "systemd-run", "--quiet", "--unit=t-listen", "python3", "-m", "http.server", "5555"]
    connect = f"import socket; socket.create_connection(('{machines[listening]}', 5555), timeout=3)"
    ask = ["python3", "-c", shlex.quote(connect)]
    checkout.rw("ssh", "local", listening, "--", *serve)
    checkout.rw(
        "ssh", "local", listening, "--", "timeout 20 sh -c 'until ss --listening --tcp | grep -q :5555; do :; done'"
    )
    checkout.rw("ssh", "local", asking, "--", *ask)
    checkout.rw("ssh", "local", checkout.head, "--", *ask, expect=1)
    checkout.rw("ssh", "local", listening, "--", "sudo systemctl stop t-listen")


def _audited_where_it_runs(checkout: Checkout) -> None:
    path = checkout.root / "audit.json"
    checkout.rw("audit", "local", "--live", "--hosts", "--format", "json", "--output", str(path), expect=5)
    findings = json.loads(path.read_text())["findings"]
    hosts = [one for one in findings if one["type"] == "host:machine"]
    assert len({one["urn"] for one in hosts}) == 3, "each machine gave its facts"
    assert "passed" in {one["status"] for one in hosts}
    assert not [one for one in hosts if "could not be read" in one["message"]]
    strange = {one["urn"] for one in findings if one["type"] in {"live:unmanaged", "live:gone"}}
    assert not [one for one in findings if one["urn"] in strange and one["status"] == "failed"]


def _a_node_comes_back(checkout: Checkout) -> None:
    name = next(machine["name"] for machine in checkout.report()["machines"] if machine["name"].startswith("train"))
    before = checkout.rw("ssh", "local", name, "--", "cat", "/proc/sys/kernel/random/boot_id", "/proc/1/stat")
    checkout.start("ssh", "local", name, "--", "sudo", "systemctl", "reboot").communicate()
    shown = checkout.rw("up", "local", "--yes")
    after = checkout.rw("ssh", "local", name, "--", "cat", "/proc/sys/kernel/random/boot_id", "/proc/1/stat")
    assert before != after, "the node did not reboot"
    assert "0 failed" in shown


def _upgraded_in_spite_of_a_job_and_a_cut(checkout: Checkout) -> None:
    publish_samples(checkout.root / ".rw/cloud/repo", checkout.root / "debs")
    assert "nothing to do" in checkout.rw("upgrade", "local", "--yes")
    checkout.lock(locked(LOCK, "1.0"))
    canary = json.loads(checkout.rw("upgrade", "local", "--plan", "--json", errors=False))["canary"]
    job = ["sbatch", "--gres=gpu:8", f"--nodelist={canary}", "--output=/dev/null", "--wrap", "'sleep 900'"]
    checkout.rw("ssh", "local", checkout.head, "--", *job)
    checkout.says_on_head("running", "squeue --noheader --format=%T")
    process = checkout.start("upgrade", "local", "--yes", "--grace", "2")
    wait_until(lambda: Stage.APPLYING in checkout.stages() and Stage.DONE in checkout.stages(), process, 300)
    process.send_signal(signal.SIGINT)
    shown = process.communicate()[0]
    assert (process.returncode, checkout.stages()[0]) == (130, Stage.DONE), shown
    assert "go back into the queue" in shown
    first = checkout.journal().hosts[canary]
    checkout.rw("upgrade", "local", "--yes", "--grace", "2")
    journal = checkout.journal()
    assert (journal.finished, journal.hosts[canary]) == (True, first), "what is done is not done again"
    assert "nothing to do: upgrade has brought all 3 hosts" in checkout.rw("upgrade", "local", "--yes")
    checkout.says_on_head("wrap", "squeue --noheader --format=%j")
    checkout.rw("ssh", "local", checkout.head, "--", "scancel", "--user=admin")


def _brought_back_from_a_bad_lock(checkout: Checkout) -> None:
    hosts = sorted(checkout.journal().hosts)
    before = [checkout.packages(host) for host in hosts]
    assert all(f"{SAMPLE} 1.0" in found for found in before)
    checkout.lock(locked(LOCK, "3.0"))
    shown = checkout.rw("upgrade", "local", "--yes", expect=4)
    assert "failed; no other host was touched" in shown
    assert f"no available installation candidate for {SAMPLE}=3.0" in shown
    assert sorted(checkout.stages()) == [Stage.FAILED, Stage.WAITING, Stage.WAITING]
    checkout.says_on_head("rackwright upgrade", "sinfo --list-reasons --noheader --format=%E")
    assert "left alone" in checkout.rw("rollback", "local", "--yes")
    journal = checkout.journal()
    assert (journal.command, journal.finished) == ("rollback", True)
    assert load_lock(checkout.root / "stacks/local.lock.yaml") == locked(LOCK, "1.0")
    assert [checkout.packages(host) for host in hosts] == before
    checkout.says_on_head("idle", "sinfo --noheader --format=%T")
    assert "nothing to do: rollback has brought all 3 hosts" in checkout.rw("rollback", "local", "--yes")


def _destroyed(checkout: Checkout) -> None:
    assert "destroyed" in checkout.rw("destroy", "local", "--yes")
    assert "nothing to do" in checkout.rw("destroy", "local", "--yes")
    settings = CloudSettings(root=checkout.root / ".rw/cloud", cache=default_cache(), network_cidr=CIDR)
    assert settings.bridge not in subprocess.run(["ip", "link"], capture_output=True, text=True, check=True).stdout
    assert str(checkout.root) not in Path("/proc/mounts").read_text()
    commands = [path for path in Path("/proc").glob("[0-9]*/cmdline") if mentions(path, str(checkout.root / ".rw"))]
    assert commands == []
    assert not (checkout.root / ".rw").exists()
