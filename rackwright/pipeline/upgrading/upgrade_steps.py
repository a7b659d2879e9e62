"""What an upgrade does to one batch: drain, apply, reboot where asked for, prove, return; each speaks for each host.

The steps know hosts through `Hands` only, so that tests can play them. A step that fails for one host leaves the others
alone; the host stays drained, with the reason in the journal.
"""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from rackwright.configure import ConfigureResult
from rackwright.diagnostics import StepFailed
from rackwright.outcome import Check, HostResult, Verdict
from rackwright.upgrade import Journal, Stage

POLL_S = 1.0
TELL_EVERY_S = 15.0
"""While something is waited for, a line says so at this interval."""
REASON = "rackwright upgrade"
"""Why Slurm's nodes are drained by us; one that was drained for another reason stays drained afterwards."""
REQUEUE_PATIENCE_S = 60.0
"""Time that Slurm gets to move jobs away after they were put back into the queue."""
RETURN_TIMEOUT_S = 120.0
"""Time that a node gets to register with Slurm again."""
ASKED_FOR_REBOOT = "test -e /run/reboot-required"
"""Debian's and our roles' sign; it lies in memory, so a boot takes it away."""
BOOT = "cat /proc/sys/kernel/random/boot_id; cut -d' ' -f22 /proc/1/stat"
"""What tells one boot from the next; a guest of the local cloud shares the kernel's id, so its first process counts."""
REBOOT = "systemd-run --quiet --on-active=1 --timer-property=AccuracySec=100ms systemctl reboot"
"""A moment later, so that the answer to this command still arrives."""
UNREACHABLE = 255
"""ssh's exit status for a host that it does not get to. Source: ssh(1), "EXIT STATUS"."""


@dataclass(frozen=True, slots=True)
class Said:
    """Answer of a host; `status` `UNREACHABLE` when it could not be asked."""

    status: int
    text: str


class Hands(Protocol):
    """What the steps may do to the cluster."""

    def on(self, host: str, command: str) -> Said:
        """Run a shell command as root."""

    def apply(self, hosts: Sequence[str]) -> ConfigureResult:
        """Run the playbooks on these hosts. StepFailed when they cannot run at all."""

    def prove(self, hosts: Sequence[str]) -> tuple[Check, ...]:
        """Acceptance of these hosts."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long things may take, in seconds."""

    grace_s: float = 600.0
    """For running jobs to end by themselves, before they are put back into the queue."""
    reboot_s: float = 900.0
    """From the order to reboot until the host answers with another boot; servers with much memory take long."""


@dataclass(slots=True)
class Batch:
    """One batch under way."""

    hands: Hands
    hosts: tuple[str, ...]
    slurm: frozenset[str]
    """Hosts that run jobs of Slurm."""
    controller: str | None
    journal: Journal
    save: Callable[[Journal], None]
    tell: Callable[[str], None]
    limits: Limits = Limits()
    reboots: bool = True
    """Whether hosts may be rebooted where a role asks for it."""
    clock: Callable[[], float] = time.monotonic
    """Seconds since some moment."""
    pause: Callable[[float], None] = time.sleep
    checks: list[Check] = field(default_factory=list)

    def run(self) -> Journal:
        """Bring every host of the batch to `DONE` or `FAILED`."""
        began = self.clock()
        for step in (self._drain, self._apply, self._reboot, self._prove, self._return):
            if self._alive:
                step()
        for host in self._alive:
            self._note(host, stage=Stage.DONE)
        for host in self.hosts:
            self._note(host, seconds=round(self.clock() - began, 1))
        return self.journal

    @property
    def _alive(self) -> tuple[str, ...]:
        return tuple(host for host in self.hosts if self.journal.hosts[host].stage is not Stage.FAILED)

    def _note(self, host: str, **changes: object) -> None:
        self.journal = self.journal.with_host(host, **changes)
        self.save(self.journal)

    def _enter(self, stage: Stage, hosts: Sequence[str]) -> None:
        for host in hosts:
            self._note(host, stage=stage)
        if hosts:
            self.tell(f"{stage}: {', '.join(hosts)}")

    def _fail(self, host: str, why: str) -> None:
        stage = self.journal.hosts[host].stage
        self.tell(f"{host} failed while {stage}: {why}")
        self._note(host, stage=Stage.FAILED, failed_in=stage, error=why)

    # --- drain -------------------------------------------------------------------------------------------------------

    def _drain(self) -> None:
        self._enter(Stage.DRAINING, self._alive)
        members = [host for host in self._alive if host in self.slurm]
        if self.controller is None or not members:
            return
        self._keep_reasons(members)
        names = shlex.quote(",".join(host for host in members if not self.journal.hosts[host].kept))
        command = f"scontrol update nodename={names} state=drain reason='{REASON}'"
        said = self.hands.on(self.controller, command) if names != "''" else Said(0, "")
        if said.status != 0 and not self._is_unknown(said):
            raise StepFailed(
                f"the controller {self.controller} does not drain {','.join(members)}: {said.text}",
                hint="see whether slurmctld runs there; then run the same command again",
            )
        waiting = f"waiting for the jobs on {', '.join(members)}"
        if not self._wait(lambda: self._jobs(members) == [], self.limits.grace_s, waiting):
            self._requeue(members)

    def _keep_reasons(self, members: Sequence[str]) -> None:
        """Note who was drained before us, and why: that is somebody else's to end."""
        for host in members:
            state, _, reason = self._state(host).partition("|")
            kept = reason if state.startswith("drain") and not reason.startswith(REASON) else ""
            if kept:
                self.tell(f"{host} was drained before ({kept}) and will stay so")
            self._note(host, kept=kept)

    @staticmethod
    def _is_unknown(said: Said) -> bool:
        """Slurm does not know the node (yet), so no job can be on it."""
        return "Invalid node name" in said.text

    def _jobs(self, hosts: Sequence[str]) -> list[str] | None:
        """Ids of the jobs on any of `hosts`; None where the controller does not say."""
        said = self.hands.on(
            str(self.controller), f"squeue --noheader --format=%A --nodelist={shlex.quote(','.join(hosts))}"
        )
        return said.text.split() if said.status == 0 else [] if self._is_unknown(said) else None

    def _requeue(self, members: Sequence[str]) -> None:
        if jobs := self._jobs(members):
            self.tell(f"grace of {self.limits.grace_s:g} s is over: jobs {', '.join(jobs)} go back into the queue")
            self.hands.on(str(self.controller), f"scontrol requeue {','.join(jobs)}")
            self._wait(lambda: self._jobs(members) == [], REQUEUE_PATIENCE_S, "waiting for Slurm to take them away")
        for host in members:
            if left := self._jobs([host]):
                self._fail(host, f"still runs job {', '.join(left)}, which cannot go back into the queue")
            elif left is None:
                self._fail(host, f"the controller {self.controller} does not say which jobs run there")

    # --- apply, reboot -----------------------------------------------------------------------------------------------

    def _apply(self) -> None:
        hosts = self._alive
        self._enter(Stage.APPLYING, hosts)
        for host in hosts:
            self._note(host, has="")
        found = {one.host: one for one in self.hands.apply(hosts).hosts}
        for host in hosts:
            result = found.get(host, HostResult(host=host, failed=1, error="the playbooks said nothing of it"))
            self._note(host, changed=result.changed)
            if result.failed or result.unreachable:
                self._fail(host, result.error or "no message")

    def _reboot(self) -> None:
        asked = [host for host in self._alive if self._asks_for_reboot(host)]
        if not self.reboots:
            for host in asked:
                self.tell(f"{host} asks for a reboot, which the spec forbids (patching.reboot: never)")
            return
        self._enter(Stage.REBOOTING, asked)
        for host in asked:
            self._note(host, boot=self.hands.on(host, BOOT).text)
            self.hands.on(host, REBOOT)
        waiting = f"waiting for {', '.join(asked)} to come back"
        self._wait(lambda: not list(self._not_back(asked)), self.limits.reboot_s, waiting)
        for host, how in list(self._not_back(asked)):
            self._fail(host, f"did not come back within {self.limits.reboot_s:g} s of its reboot: {how}")
        for host in asked:
            self._note(host, rebooted=host in self._alive)

    def _asks_for_reboot(self, host: str) -> bool:
        """Whether a role or a package asked for it; a host that cannot be asked has failed."""
        said = self.hands.on(host, ASKED_FOR_REBOOT)
        if said.status == UNREACHABLE:
            self._fail(host, f"does not answer any more: {said.text}")
        return said.status == 0

    def _not_back(self, hosts: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Hosts that are not there with another boot yet, each with how one sees that."""
        for host in hosts:
            now = self.hands.on(host, BOOT)
            if now.status != 0:
                yield host, f"it does not answer ({now.text or now.status})"
            elif now.text == self.journal.hosts[host].boot:
                yield host, "it never went down"

    # --- prove, return -----------------------------------------------------------------------------------------------

    def _prove(self) -> None:
        hosts = self._alive
        self._enter(Stage.PROVING, hosts)
        checks = self.hands.prove(hosts)
        self.checks += checks
        for host in hosts:
            failed = [one for one in checks if one.host == host and one.verdict is Verdict.FAILED]
            if failed:
                said = "; ".join(f"{one.id}: {one.reason or one.actual}" for one in failed)
                self._fail(host, f"{len(failed)} acceptance checks failed: {said}"[:600])

    def _return(self) -> None:
        self._enter(Stage.RETURNING, self._alive)
        members = [host for host in self._alive if host in self.slurm]
        if self.controller is None or not members:
            return
        ours = [host for host in members if not self.journal.hosts[host].kept]
        for host in ours:
            self.hands.on(self.controller, f"scontrol update nodename={shlex.quote(host)} state=resume")
        waiting = f"waiting for Slurm to use {', '.join(ours)}"
        self._wait(lambda: all(self._usable(host) for host in ours), RETURN_TIMEOUT_S, waiting)
        for host in ours:
            if not self._usable(host):
                self._fail(host, f"is not usable for Slurm within {RETURN_TIMEOUT_S:g} s: {self._state(host)}")

    def _usable(self, host: str) -> bool:
        return self._state(host).partition("|")[0].lower() in {"idle", "mixed", "allocated", "completing"}

    def _state(self, host: str) -> str:
        """State and reason as Slurm has them: ``drained|bad GPU``."""
        command = f"sinfo --noheader --format='%T|%E' --nodes={shlex.quote(host)}"
        return (self.hands.on(str(self.controller), command).text.splitlines() or ["unknown"])[0]

    def _wait(self, done: Callable[[], bool], longest_s: float, what: str) -> bool:
        """Whether `done` came true in time; `what` is told while it does not."""
        began = told = self.clock()
        while not done():
            now = self.clock()
            if now - began >= longest_s:
                return False
            if now - told >= TELL_EVERY_S:
                told = now
                self.tell(f"{what}: {now - began:.0f} of at most {longest_s:g} s")
            self.pause(POLL_S)
        return True
