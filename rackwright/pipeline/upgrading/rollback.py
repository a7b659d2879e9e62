"""``rw rollback``: the last good lock over the stack's lock file, and the hosts to it in batches as an upgrade does.

Whoever goes back twice has gone back once: a rollback that was cut is gone on with, one that is done is left alone.
Only ``--to`` goes further back, or forward again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rackwright.diagnostics import InputError
from rackwright.inventory import Inventory
from rackwright.lock import lock_path
from rackwright.pipeline.run import Run
from rackwright.pipeline.upgrading.good_locks import SHORT, GoodLocks, digest_of
from rackwright.pipeline.upgrading.upgrade import (
    Options,
    Upgrade,
    journal_path,
    machines_of,
    reachable,
    read_journal,
    target_of,
    upgrade,
)
from rackwright.upgrade import Journal


def goal_of(run: Run, to: str | None = None) -> str:
    """Text of the lock to go back to. `InputError` when there is none, or none that `to` names."""
    path, known, good = lock_path(run.prepared.path), read_journal(run), GoodLocks(run.workspace)
    if to:
        return good.named(to)
    current = path.read_text()
    is_there = known is not None and known.command == "rollback" and known.lock == digest_of(current)
    return current if is_there else good.before(path)


def rollback(run: Run, options: Options | None = None, *, to: str | None = None) -> Journal:
    """Write the lock to go back to over the stack's lock file and bring the hosts to it.

    What was in the file is kept beside the good locks. Where the hosts cannot be reached, or the tool refuses that
    lock, the file stays as it is.
    """
    path, goal = lock_path(run.prepared.path), goal_of(run, to)
    if goal == path.read_text():
        return upgrade(run, options, command="rollback")
    inventory = reachable(run)
    left = GoodLocks(run.workspace).keep(path)
    with _noted(run, goal, inventory):
        _replace(path, goal)
        back = run.reopened()
    run.watch.note(f"{path.name} is again the lock {digest_of(goal)[:SHORT]}, which hosts were proved with before")
    run.watch.note(f"the one that it was until now can be had again by --to {left[:SHORT]}")
    return upgrade(back, options, command="rollback")


@contextmanager
def _noted(run: Run, goal: str, inventory: Inventory) -> Iterator[None]:
    """Note where to go back to before anything is changed, so that a cut is gone on with; an `InputError` undoes it."""
    path, work = lock_path(run.prepared.path), Upgrade(run, command="rollback")
    before, journal = path.read_text(), read_journal(run)
    target, hosts = target_of(run.prepared.design, goal), work.fleet(inventory).hosts
    fresh = Journal.begin(target, hosts, command="rollback", lock=digest_of(goal))
    work.save(fresh.knowing(journal, machines_of(inventory)) if journal else fresh)
    try:
        yield
    except InputError:
        _replace(path, before)
        if journal is None:
            journal_path(run).unlink()
        else:
            work.save(journal)
        raise


def _replace(path: Path, text: str) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_text(text)
    fresh.replace(path)
