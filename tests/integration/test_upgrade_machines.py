"""Upgrades of real machines, and what goes wrong with them: each fault ends in a host's reason, then a clean run.

The faults are real: a reboot that the machine does not carry out, a package that cannot be unpacked, a full disk,
an ssh server that goes away in the middle.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import pytest

from rackwright.configure import ConfigureResult
from rackwright.configure.events import ConfigureEvent
from rackwright.inventory import Host
from rackwright.outcome import Check, Verdict
from rackwright.pipeline.upgrade_steps import Batch, Limits, Said
from rackwright.upgrade import HostState, Journal, Stage
from tests.integration.node_lab import Lab, lab_in

pytestmark = [
    pytest.mark.machines,
    pytest.mark.slow,
    pytest.mark.xdist_group("upgraded"),
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
        said = {name: self.on(name, f"systemctl is-active {EXPORTER}").text for name in hosts}
        verdict = {name: Verdict.PASSED if text == "active" else Verdict.FAILED for name, text in said.items()}
        return tuple(Check(id="service", title="it runs", host=name, verdict=verdict[name]) for name in hosts)

    def _host(self, name: str) -> Host:
        return next(host for host in self.lab.hosts if host.name == name)


@dataclass
class Fault:
    """How to break the machine, how to mend it, and what is to be said of it."""

    break_it: str
    mend: str
    stage: Stage
    says: str
    events: Callable[[Lab, Host], Callable[[ConfigureEvent], None]] | None = field(default=None)


def cut_ssh(lab: Lab, host: Host) -> Callable[[ConfigureEvent], None]:
    """At the first task of the base system the ssh server goes away with every connection, for a while."""
    cut = []
    away = "systemd-run --quiet --on-active=90 systemctl start ssh; systemctl stop ssh; pkill -9 sshd"

    def on_event(event: ConfigureEvent) -> None:
        if event.phase == "Base" and not cut:
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
    if broken.events:
        lab.wait_for_ssh(host)
    assert lab.on(host, broken.mend).returncode == 0
    second = upgraded(lab, Journal.begin("t", [host.name]))
    assert second.stage is Stage.DONE, second
    assert second.rebooted == (broken.stage is Stage.REBOOTING)
    assert lab.push([host]).changed == 0
