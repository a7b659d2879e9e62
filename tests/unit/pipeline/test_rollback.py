"""Upgrade and rollback of a stack whose hosts are played: what is written down, so that a second run does right."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from rackwright.cli.watch import Watch
from rackwright.configure import ConfigureResult
from rackwright.diagnostics import ClusterError, InputError, StepFailed
from rackwright.inventory import Host, Inventory
from rackwright.lock import dump_lock, load_lock
from rackwright.lock.model import Package
from rackwright.outcome import Check, HostResult
from rackwright.pipeline.clock import today
from rackwright.pipeline.prepare import prepare
from rackwright.pipeline.run import Run
from rackwright.pipeline.upgrading.good_locks import digest_of
from rackwright.pipeline.upgrading.rollback import goal_of, rollback
from rackwright.pipeline.upgrading.upgrade import Options, Upgrade, note_proved, read_journal, upgrade
from rackwright.pipeline.upgrading.upgrade_steps import Said
from rackwright.pipeline.workspace import Workspace

STACKS = Path(__file__).parents[3] / "stacks"
LOCK = load_lock(STACKS / "local.lock.yaml")
NAMES = ("head-1", "train-1", "train-2", "train-3")
HOSTS = Inventory(
    cluster="local",
    hosts=tuple(
        Host(name=name, address=ip_address("10.0.0.1"), pool=name[:-2], roles=frozenset({"base"}), instance_id=name)
        for name in NAMES
    ),
)


def locked(version: str) -> str:
    """The rehearsal's lock with one more package."""
    extra = Package(version=version, role="base", source="built")
    return dump_lock(LOCK.model_copy(update={"packages": {**LOCK.packages, "rackwright-sample": extra}}))


@dataclass(slots=True)
class Played(Run):
    """A run whose hosts take everything, but for what `refuse` says."""

    applied: list[str] = field(default_factory=list)
    refuse: Callable[[str], None] = lambda host: None

    def inventory(self) -> Inventory:
        return HOSTS

    def every_host(self) -> Inventory:
        return HOSTS

    def wait_for_machines(self, inventory: Inventory) -> Inventory:
        return inventory

    def publish(self, inventory: Inventory) -> None:
        del inventory

    @property
    def lock_file(self) -> Path:
        return self.workspace.root / "stacks/local.lock.yaml"


@dataclass
class PlayedHands:
    run: Any
    inventory: Inventory

    def on(self, host: str, command: str) -> Said:
        del host
        return Said(1 if "reboot-required" in command else 0, "")

    def apply(self, hosts: Sequence[str]) -> ConfigureResult:
        self.run.applied.extend(hosts)
        for host in hosts:
            self.run.refuse(host)
        failed = self.run.lock.packages["rackwright-sample"].version == "bad"
        results = tuple(HostResult(host=host, changed=1, failed=int(failed), error="no such package") for host in hosts)
        return ConfigureResult(results, (), Path("log"))

    def prove(self, hosts: Sequence[str]) -> tuple[Check, ...]:
        del hosts
        return ()


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Played:
    monkeypatch.setattr("rackwright.pipeline.upgrading.upgrade.SshHands", PlayedHands)
    (tmp_path / "stacks").mkdir()
    shutil.copy(STACKS / "local.yaml", tmp_path / "stacks")
    (tmp_path / "stacks/local.lock.yaml").write_text(locked("1"))
    prepared = prepare(tmp_path, str(tmp_path / "stacks/local.yaml"), today())
    return Played(prepared, Workspace(tmp_path, "local"), Watch(yes=True, ask=""))


def with_lock(run: Run, text: str) -> Any:
    (run.workspace.root / "stacks/local.lock.yaml").write_text(text)
    again = run.reopened()
    assert isinstance(again, Played)
    again.applied = []
    return again


def proved_by_up(run: Played) -> None:
    run.facts.configured = ConfigureResult(tuple(HostResult(host=name) for name in NAMES), (), Path("log"))
    note_proved(run)


def settled(run: Run, options: Options | None = None) -> bool:
    work = Upgrade(run, options or Options())
    return work.settled(work.fleet(HOSTS)) is not None


def test_a_second_upgrade_has_nothing_to_do_until_lock_or_stack_change(run: Played) -> None:
    proved_by_up(run)
    assert settled(run), "up has brought the hosts to this lock"
    newer = with_lock(run, locked("2"))
    assert not settled(newer)
    upgrade(newer)
    assert newer.applied == ["train-1", "train-2", "train-3", "head-1"]
    assert settled(newer)
    assert not settled(newer, Options(again=True))
    stack = newer.workspace.root / "stacks/local.yaml"
    stack.write_text(stack.read_text().replace("retention: 365 days}", "retention: 400 days}"))
    assert not settled(newer.reopened()), "the hosts' settings follow from the stack as well"


def test_going_back_after_a_failed_canary_touches_nobody_else_and_a_second_time_nobody(run: Played) -> None:
    proved_by_up(run)
    bad = with_lock(run, locked("bad"))
    with pytest.raises(StepFailed, match="the canary train-1 failed"):
        upgrade(bad)
    rollback(bad)
    assert bad.applied == ["train-1", "train-1"], "once forward, once back"
    assert run.lock_file.read_text() == locked("1")
    back = with_lock(run, locked("1"))
    assert settled(back)
    assert goal_of(back) == locked("1"), "who goes back twice has gone back once"
    assert goal_of(back, digest_of(locked("bad"))[:8]) == locked("bad"), "nothing is lost"


def test_a_rollback_that_is_cut_is_gone_on_with_and_never_turned_round(run: Played) -> None:
    upgrade(run)
    newer = with_lock(run, locked("2"))
    upgrade(newer)

    def cut(host: str) -> None:
        if host == "train-2":
            raise KeyboardInterrupt

    newer.refuse = cut
    with pytest.raises(KeyboardInterrupt):
        rollback(newer)
    again = with_lock(run, run.lock_file.read_text())
    assert (goal_of(again), settled(again)) == (locked("1"), False)
    again.refuse = lambda host: None
    rollback(again)
    assert again.applied == ["train-2", "train-3", "head-1"]
    assert settled(again)


def test_a_cut_before_the_lock_is_written_leaves_the_way_back_as_it_was(
    run: Played, monkeypatch: pytest.MonkeyPatch
) -> None:
    upgrade(run)
    newer = with_lock(run, locked("2"))
    upgrade(newer)
    with monkeypatch.context() as patch:
        patch.setattr(
            "rackwright.pipeline.upgrading.rollback._replace",
            lambda path, text: (_ for _ in ()).throw(KeyboardInterrupt),
        )
        with pytest.raises(KeyboardInterrupt):
            rollback(newer)
    again = with_lock(run, run.lock_file.read_text())
    assert goal_of(again) == locked("1")


@pytest.mark.parametrize("fault", ["hosts", "lock"])
def test_the_lock_file_stays_when_the_hosts_or_the_tool_refuse(
    run: Played, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    upgrade(run)
    newer = with_lock(run, locked("2"))
    upgrade(newer)
    journal = read_journal(newer)

    def refuse(*_: object) -> None:
        raise InputError("no")

    monkeypatch.setattr(Played, {"hosts": "wait_for_machines", "lock": "reopened"}[fault], refuse)
    with pytest.raises(ClusterError):
        rollback(newer)
    assert run.lock_file.read_text() == locked("2")
    assert read_journal(newer) == journal


def test_up_does_not_forget_whom_a_failed_upgrade_left_drained(run: Played) -> None:
    bad = with_lock(run, locked("bad"))
    with pytest.raises(StepFailed):
        upgrade(bad)
    proved_by_up(bad)
    journal = read_journal(bad)
    assert journal is not None
    assert not journal.finished


def test_a_damaged_journal_is_named_with_a_way_out(run: Played) -> None:
    work = Upgrade(run)
    work.path.parent.mkdir(parents=True)
    work.path.write_text("{")
    with pytest.raises(InputError, match="journal of the last upgrade cannot be read") as refused:
        read_journal(run)
    assert "remove the file" in str(refused.value.hint)
