"""``rw upgrade``: bring running hosts to the lock in drained batches, and go on after a cut."""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from rackwright.accept import accept
from rackwright.configure import ConfigureResult
from rackwright.configure.bundle import archive, playbook_files
from rackwright.configure.runner import PLAYBOOKS
from rackwright.design.model import Design
from rackwright.diagnostics import ClusterError, InputError, NotAccepted, StepFailed
from rackwright.hostlist import compress
from rackwright.inventory import Inventory
from rackwright.lock import lock_path
from rackwright.outcome import Check, HostResult
from rackwright.pipeline.proof.evidence import keep_evidence
from rackwright.pipeline.record import write_report
from rackwright.pipeline.run import Run
from rackwright.pipeline.upgrading.good_locks import GoodLocks, digest_of
from rackwright.pipeline.upgrading.upgrade_elastic import kept_running
from rackwright.pipeline.upgrading.upgrade_steps import UNREACHABLE, Batch, Hands, Limits, Said
from rackwright.upgrade import Command, Fleet, Journal, Stage, fleet_of, next_batch

ASK_TIMEOUT_S = 60.0
"""Longest that a host may take to answer a short command."""

NO_BANNER = ("-o", "LogLevel=ERROR")
"""A hardened host greets everybody on stderr, which is no answer. Source: ssh_config(5), LogLevel."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a person may choose."""

    max_unavailable: float | None = None
    """Hosts of a pool that may be away; None takes the spec's ``patching.max_unavailable``."""
    limits: Limits = field(default_factory=Limits)
    again: bool = False
    """Whether hosts that are done already are gone over once more."""


@dataclass(frozen=True, slots=True)
class SshHands(Hands):
    """Hands that reach the hosts by ssh and push the playbooks."""

    run: Run
    inventory: Inventory

    def on(self, host: str, command: str) -> Said:
        """Run `command` as root on `host`."""
        ssh, *way = self.run.ssh(self._only([host]).hosts[0])
        line = [ssh, *NO_BANNER, *way, f"sudo -n sh -c {_quoted(command)}"]
        try:
            done = subprocess.run(line, capture_output=True, text=True, check=False, timeout=ASK_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            return Said(UNREACHABLE, f"no answer within {ASK_TIMEOUT_S:g} s")
        return Said(done.returncode, (done.stderr if done.returncode else done.stdout).strip())

    def apply(self, hosts: Sequence[str]) -> ConfigureResult:
        """Push the whole site to `hosts` alone."""
        return self.run.push(self.inventory, limit=",".join(hosts))

    def prove(self, hosts: Sequence[str]) -> tuple[Check, ...]:
        """Acceptance of `hosts` alone."""
        prepared = self.run.prepared
        return accept(prepared.design, self.run.lock, self._only(hosts), self.run.ssh, self.run.watch.check)

    def _only(self, hosts: Sequence[str]) -> Inventory:
        return self.inventory.model_copy(
            update={"hosts": tuple(one for one in self.inventory.hosts if one.name in hosts)}
        )


@dataclass(slots=True)
class Upgrade:
    """One upgrade of one stack."""

    run: Run
    options: Options = field(default_factory=Options)
    command: Command = "upgrade"
    journal: Journal | None = None
    checks: list[Check] = field(default_factory=list)

    @property
    def path(self) -> Path:
        """Where the journal is kept."""
        return journal_path(self.run)

    @property
    def target(self) -> str:
        """Digest of what the hosts shall have."""
        return target_of(self.run.prepared.design, self.lock_file.read_text())

    @property
    def lock_file(self) -> Path:
        """The stack's lock file."""
        return lock_path(self.run.prepared.path)

    def fleet(self, inventory: Inventory) -> Fleet:
        """Who may be away at a time."""
        patching = self.run.prepared.spec.patching
        asked = self.options.max_unavailable
        percent = asked is None and isinstance(patching.max_unavailable, float)
        roles = {pool.name: pool.role for pool in self.run.prepared.design.pools}
        return fleet_of(inventory, roles, float(patching.max_unavailable if asked is None else asked), percent=percent)

    def begin(self, inventory: Inventory) -> Journal:
        """The journal of this upgrade, or of the one that was cut. Hosts that have it all already are done at once."""
        hosts, known = self.fleet(inventory).hosts, read_journal(self.run)
        if known is not None and known.target == self.target and not (self.options.again and known.finished):
            return known.resumed(self.target, hosts)
        lock = digest_of(self.lock_file.read_text())
        fresh = Journal.begin(self.target, hosts, command=self.command, lock=lock)
        return fresh if known is None or self.options.again else fresh.knowing(known, machines_of(inventory))

    def settled(self, fleet: Fleet) -> Journal | None:
        """The journal, where every host of `fleet` has been brought to what it shall have; else None."""
        known = None if self.options.again else read_journal(self.run)
        is_done = known is not None and known.finished and known.target == self.target
        return known if is_done and known and set(fleet.hosts) <= set(known.hosts) else None

    def save(self, journal: Journal) -> None:
        """Write the journal, whole or not at all."""
        self.journal = journal
        fresh = self.path.with_suffix(".new")
        fresh.write_text(journal.model_dump_json(indent=2))
        fresh.replace(self.path)

    def carry_out(self, inventory: Inventory, hands: Hands) -> Journal:
        """Batch after batch until all is done or the breaker opens; a `StepFailed` then names every failed host."""
        fleet, journal = self.fleet(inventory), self.begin(inventory)
        self.save(journal)
        if ready := journal.in_stage(Stage.DONE):
            self.run.watch.note(f"left alone, for they have it all already: {compress(ready)}")
        while (decision := next_batch(fleet, journal)).hosts:
            with self.run.stage(f"{'canary' if decision.canary else 'batch'} {', '.join(decision.hosts)}"):
                batch = self._batch(decision.hosts, inventory, hands, journal)
                journal = batch.run().proved(machines_of(inventory))
                self.save(journal)
                self.checks += batch.checks
                self.run.facts.checks = tuple(self.checks)
        _raise_if_stopped(journal, decision.stop, self.run)
        return journal

    def _batch(self, hosts: tuple[str, ...], inventory: Inventory, hands: Hands, journal: Journal) -> Batch:
        controllers = inventory.in_role("slurm_controller")
        return Batch(
            hands=hands,
            hosts=hosts,
            slurm=frozenset(host.name for host in inventory.in_role("slurm_node")),
            controller=controllers[0].name if controllers else None,
            journal=journal,
            save=self.save,
            tell=self.run.watch.note,
            limits=self.options.limits,
            reboots=self.run.prepared.spec.patching.reboot != "never",
        )


def journal_path(run: Run) -> Path:
    """Where the journal of the stack's last upgrade or rollback is kept."""
    return run.workspace.folder / "upgrade.json"


def read_journal(run: Run) -> Journal | None:
    """The journal of the last upgrade or rollback; None before the first. `InputError` for one that is damaged."""
    path = journal_path(run)
    if not path.exists():
        return None
    try:
        return Journal.model_validate_json(path.read_text())
    except ValidationError as problem:
        raise InputError(
            f"the journal of the last upgrade cannot be read: {problem.errors()[0]['msg']}",
            where=str(path),
            hint="remove the file: the next upgrade then asks every host again, and changes what differs",
        ) from problem


def machines_of(inventory: Inventory) -> dict[str, str]:
    """Host -> id of its machine; a host that is made anew has another."""
    return {host.name: host.instance_id or "" for host in inventory.hosts}


def target_of(design: Design, lock: str) -> str:
    """Digest of all that hosts are made by: the text of the lock, the design, the playbooks."""
    wanted = json.dumps(design.model_dump(mode="json"), sort_keys=True)
    content = {**playbook_files(PLAYBOOKS), "design.json": wanted.encode(), "lock.yaml": lock.encode()}
    return hashlib.sha256(archive(content)).hexdigest()


def note_proved(run: Run) -> None:
    """Note that ``rw up`` has proved the stack's lock, and which hosts it has brought to it.

    Where an upgrade was cut or has failed, its journal stays: it knows whom to give back to Slurm.
    """
    work, known = Upgrade(run, command="up"), read_journal(run)
    lock = GoodLocks(run.workspace).remember(work.lock_file)
    configured = {one.host for one in run.facts.configured.hosts} if run.facts.configured else set()
    machines = {name: machine for name, machine in machines_of(run.inventory()).items() if name in configured}
    if known is not None and not known.finished:
        return
    command: Command = known.command if known is not None and known.lock == lock else "up"
    hosts = sorted(machines.keys() - set(run.facts.behind))
    journal = Journal.begin(work.target, hosts, command=command, lock=lock)
    done = {host: state.model_copy(update={"stage": Stage.DONE}) for host, state in journal.hosts.items()}
    work.save(journal.model_copy(update={"hosts": done}).proved(machines))


def upgrade(run: Run, options: Options | None = None, *, command: Command = "upgrade") -> Journal:
    """Bring the running hosts to the stack's lock. Raises `StepFailed` (or `NotAccepted`) that names failed hosts."""
    work, unrecorded = Upgrade(run, options or Options(), command), None
    with run.workspace.only_run(command):
        try:
            journal = _until_nobody_is_new(work)
            GoodLocks(run.workspace).remember(work.lock_file)
            run.facts.outcome = outcome_of(journal)
        except ClusterError as problem:
            run.facts.outcome = f"stopped: {problem.summary}"
            raise
        except KeyboardInterrupt:
            run.facts.outcome = "interrupted"
            raise
        finally:
            run.facts.configured = as_result(work)
            unrecorded = keep_evidence(run, command)
            write_report(run.prepared, run.workspace, run.facts)
    if unrecorded is not None:
        raise unrecorded
    return journal


def _until_nobody_is_new(work: Upgrade) -> Journal:
    """All hosts that run; then let new ones start with the lock, and change those that Slurm started meanwhile."""
    run, inventory = work.run, reachable(work.run)
    with kept_running(SshHands(run, inventory), inventory, run.prepared.design):
        while True:
            journal = work.carry_out(inventory, SshHands(run, inventory))
            run.publish(inventory)
            known = {host.name for host in inventory.hosts}
            if known.issuperset(host.name for host in run.every_host().hosts):
                return journal
            inventory = reachable(run)
            if known.issuperset(host.name for host in inventory.hosts):
                return journal


def reachable(run: Run) -> Inventory:
    """The hosts that can be pushed to. `InputError` for a stack whose hosts there is no way to."""
    if run.way_in is not None:
        return run.every_host()
    if not run.is_local:
        raise InputError(
            f"an upgrade pushes over ssh, and the hosts of {run.prepared.stack!r} have no way in but Session Manager",
            where="access.session_manager",
            hint="RW_SSH_CONFIG=FILE names an ssh configuration that reaches them (docs/guides/hosts.md); or replace "
            "nodes: new ones configure themselves by the lock",
        )
    return run.wait_for_machines(run.every_host())


def as_result(work: Upgrade) -> ConfigureResult | None:
    """What became of the hosts that were touched, as a configuration tells it; None when none was."""
    states = work.journal.hosts if work.journal else {}
    hosts = [
        HostResult(host=host, changed=state.changed, failed=int(state.stage is Stage.FAILED), error=state.error)
        for host, state in sorted(states.items())
        if state.stage is not Stage.WAITING
    ]
    return ConfigureResult(tuple(hosts), (), work.path) if hosts else None


def outcome_of(journal: Journal) -> str:
    """One sentence for the report."""
    states = journal.hosts.values()
    rebooted = sum(state.rebooted for state in states)
    changed = sum(state.changed for state in states)
    kept = f", {away} still drained as before" if (away := sum(bool(state.kept) for state in states)) else ""
    return f"{len(journal.hosts)} hosts on the lock: {changed} tasks changed, {rebooted} hosts rebooted{kept}"


def _raise_if_stopped(journal: Journal, stop: str, run: Run) -> None:
    failed = {host: journal.hosts[host] for host in journal.in_stage(Stage.FAILED)}
    if not (stop or failed):
        return
    said = "; ".join(f"{host} while {state.failed_in}: {state.error}" for host, state in failed.items())
    kind = NotAccepted if all(state.failed_in is Stage.PROVING for state in failed.values()) else StepFailed
    raise kind(
        f"{stop or f'{len(failed)} hosts failed and stay drained'}: {said}",
        where=str(journal_path(run)),
        hint=f"mend what each names and run the same command again, or go back: ./rw rollback {run.workspace.stack}",
    )


def _quoted(command: str) -> str:
    return "'" + command.replace("'", "'\\''") + "'"
