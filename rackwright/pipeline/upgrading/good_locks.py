"""Locks that a stack's hosts were proved with, so that there is something to go back to."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from rackwright.diagnostics import InputError
from rackwright.lock import Change, difference, parse_lock
from rackwright.pipeline.workspace import Workspace

SHORT = 12
"""Digits of a lock's digest that a person is shown."""


@dataclass(frozen=True, slots=True)
class GoodLocks:
    """The stack's good locks, oldest first, each kept whole."""

    workspace: Workspace

    @property
    def folder(self) -> Path:
        """Where they lie."""
        return self.workspace.folder / "locks"

    def keep(self, lock: Path) -> str:
        """Keep the lock file `lock`, good or not, so that nothing is lost when it is written over; its digest."""
        text = lock.read_text()
        digest = digest_of(text)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.path_of(digest).write_text(text)
        return digest

    def remember(self, lock: Path) -> str:
        """Note that the hosts are proved with the lock file `lock`; its digest."""
        digest = self.keep(lock)
        order = [one for one in self._order() if one != digest]
        fresh = self.folder / "order.new"
        fresh.write_text(json.dumps([*order, digest]))
        fresh.replace(self.folder / "order.json")
        return digest

    def path_of(self, digest: str) -> Path:
        """Where a lock is kept."""
        return self.folder / f"{digest}.yaml"

    def changes_to(self, text: str) -> tuple[Change, ...] | None:
        """What differs in lock `text` from the lock that the hosts were last proved with; None before the first."""
        order = self._order()
        return changes_between(self.path_of(order[-1]).read_text(), text) if order else None

    def before(self, lock: Path) -> str:
        """Text of the newest good lock that is not the one in `lock`; `InputError` when there is none."""
        current, known = digest_of(lock.read_text()), self._order()
        for digest in reversed(known):
            if digest != current:
                return self.path_of(digest).read_text()
        only = ": the hosts were proved with the present one alone" if known else ""
        raise InputError(
            f"there is no good lock to go back to{only}",
            where=str(self.folder),
            hint="a lock is good once ./rw up or ./rw upgrade has proved the hosts with it",
        )

    def named(self, start: str) -> str:
        """Text of the one lock that is kept and whose digest starts with `start`. `InputError` for none or several."""
        found = sorted(path for path in self.folder.glob("*.yaml") if path.name.startswith(start))
        if len(found) == 1:
            return found[0].read_text()
        good = ", ".join(one[:SHORT] for one in self._order()) or "none"
        raise InputError(
            f"{len(found)} locks of this stack start with {start!r}",
            where=str(self.folder),
            hint=f"the hosts were proved with these, oldest first: {good}",
        )

    def _order(self) -> list[str]:
        path = self.folder / "order.json"
        return [str(one) for one in json.loads(path.read_text())] if path.exists() else []


def digest_of(text: str) -> str:
    """SHA-256 of a lock file, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def changes_between(old: str, new: str) -> tuple[Change, ...]:
    """What differs from the text of one lock file to that of another."""
    return difference(parse_lock(old, "the old lock"), parse_lock(new, "the new lock"))
