"""Upgrades of real machines, and what goes wrong with them: each fault ends in a host's reason, then a clean run.

The faults are real: a reboot that the machine does not carry out, a package that cannot be unpacked, a full disk,
an ssh server that goes away in the middle, a mirror that does. The way back is tried by the commands' own functions.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from rackwright.cli.watch import Watch
from rackwright.cloud import process
from rackwright.cloud.services import APT_CACHE
from rackwright.configure import ConfigureResult
from rackwright.configure.events import ConfigureEvent
from rackwright.inventory import Host, Inventory
from rackwright.lock import dump_lock, load_lock
from rackwright.outcome import Check, Verdict
from rackwright.pipeline.clock import today
from rackwright.pipeline.prepare import prepare
from rackwright.pipeline.run import Run
from rackwright.pipeline.upgrading.good_locks import GoodLocks
from rackwright.pipeline.upgrading.rollback import rollback
from rackwright.pipeline.upgrading.upgrade import upgrade
from rackwright.pipeline.upgrading.upgrade_steps import Batch, Limits, Said
from rackwright.pipeline.workspace import Workspace
from rackwright.upgrade import HostState, Journal, Stage
from tests.integration.node_lab import LOCK, Lab, lab_in
from tests.integration.sample_packages import BROUGHT, FURTHER, SAMPLE, locked, publish_samples

pytestmark = [
    pytest.mark.machines,
    pytest.mark.slow,
    pytest.mark.timeout(900),
]

EXPORTER = "prometheus-node-exporter"


@dataclass
class LabHands:
    """Hands on the machines of a lab; acceptance is that the service answers."""

    lab: Lab
    on_event: Callable[[ConfigureEvent], None] = lambda event: None

    def on(self, host: str, command: str) -> Said:
        done = self.lab.on(self._host(host), command)
        return Said(done.returncode, (done.stdout or done.stderr).strip())

    def apply(self, hosts: Sequence[str]) -> ConfigureResult:
        return self.lab.push([self._host(name) for name in hosts], self.on_event)

    def prove(self, hosts: Sequence[str]) -> tuple[Check, ...]:
        return tuple(proof(self.lab, self._host(name)) for name in hosts)

    def _host(self, name: str) -> Host:
        return next(host for host in self.lab.hosts if host.name == name)


def proof(lab: Lab, host: Host) -> Check:
    """The acceptance of a lab, whose hosts have three roles."""
    said = lab.on(host, f"systemctl is-active {EXPORTER}").stdout.strip()
    verdict = Verdict.PASSED if said == "active" else Verdict.FAILED
    return Check(id="service", title="it runs", host=host.name, verdict=verdict)


@dataclass
class Fault:
    """How to break the machine, how to mend it, and what is to be said of it."""

    break_it: str
    mend: str
    stage: Stage
    says: str
    events: Callable[[Lab, Host], Callable[[ConfigureEvent], None]] | None = field(default=None)
    mend_cloud: Callable[[Lab], object] = field(default=lambda lab: None)


def cut_mirror(lab: Lab, host: Host) -> Callable[[ConfigureEvent], None]:
    """When the packages are about to be fetched, what serves them ends, and nobody starts it again."""
    del host
    root = lab.cloud.settings.root

    def on_event(event: ConfigureEvent) -> None:
        if event.task.startswith("Install every locked package") and event.status == "started":
            process.stop(root, process.DAEMON)
            process.stop(root, APT_CACHE)

    return on_event


def cut_ssh(lab: Lab, host: Host) -> Callable[[ConfigureEvent], None]:
    """At the first question to the host the ssh server goes away with every connection, for a while."""
    cut = []
    away = "systemd-run --quiet --on-active=40 systemctl start ssh; systemctl stop ssh; pkill -9 sshd"

    def on_event(event: ConfigureEvent) -> None:
        if event.phase == "Look" and not cut:
            cut.append(event.task)
            lab.on(host, f"systemd-run --quiet sh -c '{away}'")

    return on_event


HELPER = "/usr/bin/deb-systemd-helper"
"""Called by the scripts of packages with units; one that fails leaves them half-configured."""
REMOVED = f"apt-get remove --quiet --yes --allow-change-held-packages {EXPORTER}"
FAULTS = {
    "a reboot that does not happen": Fault(
        "touch /run/reboot-required; systemctl mask --quiet reboot.target",
        "systemctl unmask --quiet reboot.target",
        Stage.REBOOTING,
        "did not come back within",
    ),
    "a package that fails half-way": Fault(
        f"{REMOVED}; cp -p {HELPER} /root/kept && echo exit 1 > {HELPER}",
        f"mv /root/kept {HELPER}",
        Stage.APPLYING,
        "dpkg",
    ),
    "a full disk": Fault(
        f"{REMOVED}; apt-get clean; mount -t tmpfs -o size=64k full /var/cache/apt/archives",
        "umount /var/cache/apt/archives",
        Stage.APPLYING,
        "space",
    ),
    "an ssh server that goes away": Fault("true", "true", Stage.APPLYING, "reached over ssh", cut_ssh),
    "a mirror that goes away": Fault(
        f"{REMOVED}; apt-get clean",
        "true",
        Stage.APPLYING,
        "failed to fetch|failed to update apt cache",
        cut_mirror,
        lambda lab: lab.cloud.up(lambda line: None),
    ),
}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with lab_in(tmp_path_factory.mktemp("upgraded")) as made:
        host = made.launch(20, pulls=False)
        made.wait_for(host)
        made.push([host]).raise_if_failed()
        yield made


def upgraded(
    lab: Lab, journal: Journal | None = None, events: Callable[[ConfigureEvent], None] | None = None
) -> HostState:
    name = lab.hosts[0].name
    batch = Batch(
        hands=LabHands(lab, events or (lambda event: None)),
        hosts=(name,),
        slurm=frozenset(),
        controller=None,
        journal=journal or Journal.begin("t", [name]),
        save=lambda journal: None,
        tell=lambda text: None,
        limits=Limits(reboot_s=6 if journal is None else 120),
    )
    return batch.run().hosts[name]


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_ends_in_a_reason_and_a_second_run_is_clean(lab: Lab, fault: str) -> None:
    broken, [host] = FAULTS[fault], lab.hosts
    assert lab.on(host, broken.break_it).returncode == 0
    first = upgraded(lab, events=broken.events(lab, host) if broken.events else None)
    assert (first.stage, first.failed_in) == (Stage.FAILED, broken.stage), first
    assert any(word in first.error.lower() for word in broken.says.split("|")), first.error
    broken.mend_cloud(lab)
    if broken.events:
        lab.wait_for_ssh(host)
    assert lab.on(host, broken.mend).returncode == 0
    second = upgraded(lab, Journal.begin("t", [host.name]))
    assert second.stage is Stage.DONE, second
    assert second.rebooted == (broken.stage is Stage.REBOOTING)
    assert lab.push([host]).changed == 0


@dataclass(slots=True)
class LabRun(Run):
    """The run of a stack whose hosts are a lab's."""

    lab: Lab | None = None

    @property
    def _lab(self) -> Lab:
        assert self.lab is not None
        return self.lab

    def inventory(self) -> Inventory:
        return self._lab.inventory

    def wait_for_machines(self, inventory: Inventory) -> Inventory:
        return inventory

    def push(self, inventory: Inventory, limit: str | None = None) -> ConfigureResult:
        names = (limit or "").split(",")
        return self._lab.push([host for host in inventory.hosts if host.name in names], lock=self.lock)

    def ssh(self, host: Host) -> list[str]:
        return self._lab.ssh(host)


def lab_run(lab: Lab, root: Path) -> LabRun:
    """A checkout of one stack in `root`."""
    stacks = Path(__file__).parents[2] / "stacks"
    (root / "stacks").mkdir()
    shutil.copy(stacks / "local.yaml", root / "stacks")
    (root / "stacks/local.lock.yaml").write_text(dump_lock(locked(LOCK, "1.0")))
    prepared = prepare(root, str(root / "stacks/local.yaml"), today())
    return LabRun(prepared, Workspace(root, "local"), Watch(yes=True, ask=""), lab=lab)


def has(lab: Lab) -> str:
    """What tells whether a machine is as it was: its packages, and the settings that follow from the lock."""
    return lab.on(lab.hosts[0], "dpkg-query --show; apt-mark showhold; cat /etc/apt/preferences.d/rackwright").stdout


def test_a_rollback_makes_the_machine_what_it_was_before_the_upgrade(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def prove(design: object, lock: object, inventory: Inventory, *rest: object) -> tuple[Check, ...]:
        del design, lock, rest
        return tuple(proof(lab, host) for host in inventory.hosts)

    monkeypatch.setattr("rackwright.pipeline.upgrading.upgrade.accept", prove)
    publish_samples(lab.cloud.settings.repo, lab.folder)
    run = lab_run(lab, tmp_path)
    lock_file = tmp_path / "stacks/local.lock.yaml"
    upgrade(run)
    before = has(lab)
    assert f"{SAMPLE}\t1.0" in before
    lock_file.write_text(dump_lock(locked(LOCK, "2.0")))
    upgrade(run.reopened())
    assert {f"{SAMPLE}\t2.0", f"{FURTHER}\t1.0", f"{BROUGHT}\t1.0", SAMPLE} <= set(has(lab).splitlines())

    journal = rollback(run.reopened())

    assert journal.finished
    assert load_lock(lock_file) == locked(LOCK, "1.0")
    assert has(lab) == before
    assert GoodLocks(run.workspace).before(lock_file) == dump_lock(locked(LOCK, "2.0"))
