"""One batch, with the cluster played by values: every way to fail ends in one host's reason, the others go on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from rackwright.configure import ConfigureResult
from rackwright.diagnostics import StepFailed
from rackwright.outcome import Check, HostResult, Verdict
from rackwright.pipeline.upgrading.upgrade_steps import ASKED_FOR_REBOOT, BOOT, REASON, REBOOT, Batch, Limits, Said
from rackwright.upgrade import Journal, Stage

HOSTS = ("n-1", "n-2")


@dataclass
class Cluster:
    """Two nodes of Slurm and a controller; time passes only when somebody waits."""

    wants_reboot: set[str] = field(default_factory=set)
    never_back: set[str] = field(default_factory=set)
    broken: dict[str, str] = field(default_factory=dict)
    cut: set[str] = field(default_factory=set)
    not_accepted: set[str] = field(default_factory=set)
    jobs: dict[str, float] = field(default_factory=dict)
    """Host -> when its job ends by itself."""
    stuck: set[str] = field(default_factory=set)
    """Hosts whose job cannot go back into the queue."""
    state: dict[str, str] = field(default_factory=lambda: dict.fromkeys(HOSTS, "idle"))
    reasons: dict[str, str] = field(default_factory=dict)
    """Host -> why it is drained."""
    boots: dict[str, int] = field(default_factory=dict)
    now: float = 0.0
    asked: list[str] = field(default_factory=list)

    def pause(self, seconds: float) -> None:
        self.now += seconds

    def on(self, host: str, command: str) -> Said:
        self.asked.append(f"{host}: {command}")
        if command == ASKED_FOR_REBOOT:
            return Said(0 if host in self.wants_reboot else 1, "")
        if command == REBOOT:
            self.boots[host] = self.boots.get(host, 0) + 1
            self.wants_reboot.discard(host)
        if command == BOOT:
            gone = host in self.never_back and self.boots.get(host)
            return Said(255, "no route") if gone else Said(0, f"boot {self.boots.get(host, 0)}")
        return self._slurm(command)

    def _slurm(self, command: str) -> Said:
        named = [host for host in HOSTS if host in command]
        if command.startswith("squeue"):
            return Said(0, " ".join(f"job-{host}" for host in named if self.jobs.get(host, 0) > self.now))
        if "requeue" in command:
            self.jobs = {host: end for host, end in self.jobs.items() if host in self.stuck}
        if "state=" in command:
            self.state.update(dict.fromkeys(named, "drained" if "state=drain" in command else "idle"))
            self.reasons.update(dict.fromkeys(named, REASON if "state=drain" in command else "none"))
        shown = f"{self.state[named[0]]}|{self.reasons.get(named[0], 'none')}" if named else ""
        return Said(0, shown if command.startswith("sinfo") else "")

    def apply(self, hosts: Sequence[str]) -> ConfigureResult:
        results = [
            HostResult(host=host, unreachable=1, error="connection closed")
            if host in self.cut
            else HostResult(host=host, changed=3, failed=int(host in self.broken), error=self.broken.get(host, ""))
            for host in hosts
        ]
        return ConfigureResult(tuple(results), (), Path("log"))

    def prove(self, hosts: Sequence[str]) -> tuple[Check, ...]:
        verdict = {True: Verdict.FAILED, False: Verdict.PASSED}
        return tuple(
            Check(id="gpu.count", title="t", host=host, verdict=verdict[host in self.not_accepted], reason="7 of 8")
            for host in hosts
        )


def run(
    cluster: Cluster, journal: Journal | None = None, tell: Callable[[str], None] = lambda text: None, **more: Any
) -> tuple[Journal, list[Journal]]:
    saved: list[Journal] = []
    batch = Batch(
        hands=cluster,
        hosts=HOSTS,
        slurm=frozenset(HOSTS),
        controller="head",
        journal=journal or Journal.begin("t", HOSTS),
        save=saved.append,
        tell=tell,
        limits=Limits(grace_s=30, reboot_s=60),
        clock=lambda: cluster.now,
        pause=cluster.pause,
        **more,
    )
    return batch.run(), saved


def stages(journal: Journal) -> dict[str, Stage]:
    return {host: state.stage for host, state in journal.hosts.items()}


def test_a_batch_is_drained_changed_proved_and_returned() -> None:
    cluster = Cluster()
    journal, saved = run(cluster)
    assert stages(journal) == dict.fromkeys(HOSTS, Stage.DONE)
    assert cluster.state == dict.fromkeys(HOSTS, "idle")
    assert cluster.boots == {}
    seen = [one.hosts["n-1"].stage for one in saved]
    order = [Stage.DRAINING, Stage.APPLYING, Stage.PROVING, Stage.RETURNING, Stage.DONE]
    assert [stage for index, stage in enumerate(seen) if stage not in seen[:index]] == order


def test_only_hosts_that_ask_are_rebooted_and_once() -> None:
    cluster = Cluster(wants_reboot={"n-2"})
    journal, _ = run(cluster)
    assert cluster.boots == {"n-2": 1}
    assert [journal.hosts[host].rebooted for host in HOSTS] == [False, True]


def test_a_spec_that_forbids_reboots_is_obeyed() -> None:
    cluster = Cluster(wants_reboot={"n-2"})
    assert stages(run(cluster, reboots=False)[0]) == dict.fromkeys(HOSTS, Stage.DONE)
    assert cluster.boots == {}


@pytest.mark.parametrize(
    ("fault", "failed_in", "says"),
    [
        ({"never_back": {"n-1"}, "wants_reboot": {"n-1"}}, Stage.REBOOTING, "did not come back within 60 s"),
        ({"broken": {"n-1": "Install: no space left on device"}}, Stage.APPLYING, "no space left"),
        ({"cut": {"n-1"}}, Stage.APPLYING, "connection closed"),
        ({"not_accepted": {"n-1"}}, Stage.PROVING, "1 acceptance checks failed: gpu.count: 7 of 8"),
        ({"jobs": {"n-1": 9999.0}, "stuck": {"n-1"}}, Stage.DRAINING, "still runs job job-n-1"),
    ],
)
def test_a_host_that_fails_stays_drained_with_its_reason_and_the_other_goes_on(
    fault: dict[str, Any], failed_in: Stage, says: str
) -> None:
    cluster = Cluster(**fault)
    journal, _ = run(cluster)
    assert stages(journal) == {"n-1": Stage.FAILED, "n-2": Stage.DONE}
    assert journal.hosts["n-1"].failed_in is failed_in
    assert says in journal.hosts["n-1"].error
    assert cluster.state == {"n-1": "drained", "n-2": "idle"}


def test_a_job_that_ends_within_the_grace_is_left_alone() -> None:
    cluster = Cluster(jobs={"n-1": 20.0})
    assert stages(run(cluster)[0]) == dict.fromkeys(HOSTS, Stage.DONE)
    assert not [line for line in cluster.asked if "requeue" in line]
    assert cluster.now >= 20


def test_a_job_that_outlives_the_grace_goes_back_into_the_queue() -> None:
    cluster = Cluster(jobs={"n-1": 9999.0})
    assert stages(run(cluster)[0]) == dict.fromkeys(HOSTS, Stage.DONE)
    assert [line for line in cluster.asked if "requeue job-n-1" in line]


def test_a_controller_that_refuses_to_drain_stops_everything_before_a_change() -> None:
    class Refusing(Cluster):
        def on(self, host: str, command: str) -> Said:
            return (
                Said(1, "slurm_update error: Access denied") if "state=drain" in command else super().on(host, command)
            )

    with pytest.raises(StepFailed, match="does not drain n-1,n-2: slurm_update error"):
        run(Refusing())


def test_what_a_cut_left_in_a_reboot_is_finished_without_another_one() -> None:
    cluster = Cluster(boots={"n-1": 1})
    cut = Journal.begin("t", HOSTS).with_host("n-1", stage=Stage.REBOOTING, boot="boot 0")
    journal, _ = run(cluster, cut)
    assert stages(journal) == dict.fromkeys(HOSTS, Stage.DONE)
    assert cluster.boots == {"n-1": 1}


def test_a_node_that_somebody_else_drained_is_changed_and_stays_drained_for_that_reason() -> None:
    cluster = Cluster(state={"n-1": "drained", "n-2": "idle"}, reasons={"n-1": "bad GPU"})
    journal, _ = run(cluster)
    assert stages(journal) == dict.fromkeys(HOSTS, Stage.DONE)
    assert [journal.hosts[host].kept for host in HOSTS] == ["bad GPU", ""]
    assert (cluster.state, cluster.reasons["n-1"]) == ({"n-1": "drained", "n-2": "idle"}, "bad GPU")


def test_a_node_that_we_drained_before_a_cut_is_given_back() -> None:
    cluster = Cluster(state=dict.fromkeys(HOSTS, "drained"), reasons=dict.fromkeys(HOSTS, REASON))
    run(cluster)
    assert cluster.state == dict.fromkeys(HOSTS, "idle")


def test_nothing_is_changed_where_the_controller_does_not_say_which_jobs_run() -> None:
    class Silent(Cluster):
        def on(self, host: str, command: str) -> Said:
            return Said(255, "no route") if command.startswith("squeue") else super().on(host, command)

    journal, _ = run(Silent())
    assert stages(journal) == dict.fromkeys(HOSTS, Stage.FAILED)
    assert "does not say which jobs run there" in journal.hosts["n-1"].error


def test_who_waits_is_told_what_for() -> None:
    told: list[str] = []
    run(Cluster(jobs={"n-1": 29.0}), tell=told.append)
    assert [line for line in told if line.startswith("waiting for the jobs on n-1, n-2: 15 of at most 30 s")]


def test_a_host_that_answers_no_more_after_its_change_has_failed() -> None:
    class Gone(Cluster):
        def on(self, host: str, command: str) -> Said:
            return Said(255, "no route") if (host, command) == ("n-1", ASKED_FOR_REBOOT) else super().on(host, command)

    journal, _ = run(Gone())
    assert stages(journal) == {"n-1": Stage.FAILED, "n-2": Stage.DONE}
    assert "does not answer any more: no route" in journal.hosts["n-1"].error
