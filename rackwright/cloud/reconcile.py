"""Bring the machines to what the instances ask for: deciding is pure, doing is thin and may be interrupted anywhere."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

from rackwright.cloud import machine, ssh
from rackwright.cloud.guest_files import Guest, hosts_file
from rackwright.cloud.instance import WantedInstance
from rackwright.cloud.roots import Roots
from rackwright.cloud.settings import CloudSettings
from rackwright.diagnostics import ClusterError

log = logging.getLogger(__name__)

MOST_FAILURES = 3
"""Starts that may fail in a row before a machine is given up; a reboot of the instance tries again."""
TELL_AGAIN_S = 15.0
"""A machine that could not be told the cluster's names is asked again after this time."""


class Do(StrEnum):
    """What can be done to one machine."""

    BOOT = "boot"
    """Set it up and start it."""
    START = "start"
    """It exists, is off and should run: after a crash or a power-off from inside."""
    RESTART = "restart"
    """The instance was rebooted, or stopped and started, through the API."""
    STOP = "stop"
    """The instance was stopped through the API: power it off, keep its disk."""
    PURGE = "purge"
    """Its instance is gone: stop it and remove its disk."""


@dataclass(frozen=True, slots=True)
class Existing:
    """What is known about a machine that has a folder, or could not be given one."""

    generation: int | None
    """Generation of the instance when it was last started; None where setting it up never finished."""
    running: bool
    failures: int = 0
    """Starts in a row after which it went off again without answering."""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do to one machine."""

    do: Do
    id: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do now, and which instances stay without a machine because of the cap."""

    actions: tuple[Action, ...] = ()
    not_rehearsed: tuple[str, ...] = ()


def decide(wanted: Sequence[WantedInstance], existing: Mapping[str, Existing], cap: int) -> Decision:
    """Actions that bring `existing` to `wanted` (oldest first) with at most `cap` machines; purges come first.

    A machine that exists keeps its place before an instance that has none, so that nobody loses a disk to the cap. A
    stopped instance takes no place: its machine, if it has one, is off. Nothing is left to do exactly when this returns
    no action.
    """
    running = [instance for instance in wanted if instance.running]
    order = sorted(running, key=lambda instance: instance.id not in existing)  # stable: oldest first within each half
    kept = {instance.id for instance in (*order[:cap], *(one for one in wanted if not one.running))}
    purges = [Action(Do.PURGE, id_) for id_ in sorted(existing) if id_ not in kept]
    steps = [
        Action(do, instance.id)
        for instance in sorted(wanted, key=lambda instance: instance.running)  # off first: it makes room
        if instance.id in kept and (do := _step(instance, existing.get(instance.id))) is not None
    ]
    return Decision((*purges, *steps), tuple(instance.id for instance in order[cap:]))


def _step(wanted: WantedInstance, existing: Existing | None) -> Do | None:
    if not wanted.running:
        return Do.STOP if existing is not None and existing.running else None
    if existing is None:
        return Do.BOOT
    if existing.generation is None:
        return Do.BOOT if existing.failures < MOST_FAILURES else None
    if existing.generation != wanted.generation:
        return Do.RESTART
    if not existing.running and existing.failures < MOST_FAILURES:
        return Do.START
    return None


def split_by_address(
    block: IPv4Network, wanted: Sequence[WantedInstance]
) -> tuple[tuple[WantedInstance, ...], tuple[str, ...]]:
    """Instances whose address the bridge can carry, and one line for each of the others."""
    inside = tuple(one for one in wanted if IPv4Address(one.private_ip) in block)
    outside = [one for one in wanted if one not in inside]
    return inside, tuple(f"{one.id} has the address {one.private_ip}, outside the stack's {block}" for one in outside)


class State(StrEnum):
    """What a person is told about one machine."""

    STARTING = "starting"
    RUNNING = "running"
    FAILED = "failed"


@dataclass(slots=True)
class Reconciler:
    """Carries out decisions for one cloud. What it must not forget is in the machines' folders."""

    settings: CloudSettings
    roots: Roots
    guest: Guest
    """But for the release, which the root of each machine says."""
    key: Path
    clock: Callable[[], float] = time.time
    errors: dict[str, str] = field(default_factory=dict)
    """Instance id -> why its machine failed."""
    not_rehearsed: tuple[str, ...] = ()
    _failures: dict[str, int] = field(default_factory=dict)
    _told_in_vain_at: dict[str, float] = field(default_factory=dict)

    def step(self, wanted: Sequence[WantedInstance]) -> bool:
        """Look, decide and do once; True while something is still under way."""
        decision = decide(wanted, self._look(), self.settings.machine_cap)
        self.not_rehearsed = decision.not_rehearsed
        by_id = {instance.id: instance for instance in wanted}
        for action in decision.actions:
            try:
                self._do(action, by_id)
            except (ClusterError, OSError) as problem:
                self._note_failure(action.id, str(problem))
        if decision.actions:
            self._pin_host_keys()
        return self._watch() or bool(decision.actions)

    def state_of(self, record: machine.Record) -> State:
        """The machine's state in one word."""
        if self._failures.get(record.id, 0) >= MOST_FAILURES:
            return State.FAILED
        return State.STARTING if record.boot_s is None else State.RUNNING

    def complaints(self) -> tuple[str, ...]:
        """One line for each instance that could not be given a machine at all."""
        known = machine.records(self.settings)
        return tuple(f"{id_}: {why}" for id_, why in sorted(self.errors.items()) if id_ not in known)

    def _look(self) -> dict[str, Existing]:
        known, running = machine.records(self.settings), machine.running(self.settings)
        return {
            id_: Existing(
                generation=known[id_].generation if id_ in known else None,
                running=id_ in running,
                failures=self._failures.get(id_, 0),
            )
            for id_ in machine.folders(self.settings) | self._failures.keys()
        }

    def _do(self, action: Action, wanted: Mapping[str, WantedInstance]) -> None:
        log.info("machine action", extra={"do": str(action.do), "instance": action.id})
        if action.do is not Do.START:
            machine.stop(self.settings, action.id)
        if action.do not in (Do.START, Do.BOOT):
            self._failures.pop(action.id, None)
            self.errors.pop(action.id, None)
        if action.do is Do.PURGE:
            machine.purge(self.settings, action.id)
        if action.do in (Do.PURGE, Do.STOP):
            return
        instance = wanted[action.id]
        if action.do is Do.BOOT:
            root = self.roots.of(instance.image)
            machine.set_up(self.settings, instance, root.folder, replace(self.guest, release=root.release))
        elif action.do is Do.START:
            self._note_failure(action.id, machine.last_words(self.settings, action.id))
        record = replace(machine.records(self.settings)[action.id], generation=instance.generation)
        machine.start(self.settings, record, now=self.clock())

    def _note_failure(self, id_: str, why: str) -> None:
        log.warning("machine went off", extra={"instance": id_, "why": why})
        self._failures[id_] = self._failures.get(id_, 0) + 1
        self.errors[id_] = why

    def _pin_host_keys(self) -> None:
        folders = {
            r.address: machine.machine_folder(self.settings, r.id) for r in machine.records(self.settings).values()
        }
        ssh.write_known_hosts(self.settings, {a: ssh.public_key(folder / "host-key") for a, folder in folders.items()})

    def _watch(self) -> bool:
        """Note which machines answer by now and tell them the cluster's names; True while one has yet to answer."""
        known = machine.records(self.settings)
        names = hosts_file({record.address: record.name for record in known.values()})
        waiting = False
        for record in known.values():
            seen = self._note_boot(record)
            waiting |= seen.boot_s is None
            if seen.boot_s is not None and seen.names != names:
                self._tell_names(seen, names)
        return waiting

    def _tell_names(self, record: machine.Record, names: str) -> None:
        now = self.clock()
        if now - self._told_in_vain_at.get(record.id, 0.0) < TELL_AGAIN_S:
            return
        if machine.tell_names(self.settings, record, names, self.key):
            machine.save(self.settings, replace(record, names=names))
        else:
            self._told_in_vain_at[record.id] = now

    def _note_boot(self, record: machine.Record) -> machine.Record:
        if record.boot_s is not None or not record.started_at or not machine.answers_ssh(record.address):
            return record
        seen = replace(record, boot_s=round(self.clock() - record.started_at, 2))
        self._failures.pop(record.id, None)
        self.errors.pop(record.id, None)
        machine.save(self.settings, seen)
        log.info("machine answers", extra={"instance": record.id, "boot_s": seen.boot_s})
        return seen
