"""Locks that a stack's hosts were proved with, so that there is something to go back to."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from rackwright.diagnostics import InputError
from rackwright.pipeline.workspace import Workspace


@dataclass(frozen=True, slots=True)
class GoodLocks:
    """The stack's good locks, oldest first, each kept whole."""

    workspace: Workspace

    @property
    def folder(self) -> Path:
        """Where they lie."""
        return self.workspace.folder / "locks"

    def remember(self, lock: Path) -> None:
        """Note that the hosts are proved with the lock file `lock`."""
        text = lock.read_text()
        digest = digest_of(text)
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / f"{digest}.yaml").write_text(text)
        order = [one for one in self._order() if one != digest]
        fresh = self.folder / "order.new"
        fresh.write_text(json.dumps([*order, digest]))
        fresh.replace(self.folder / "order.json")

    def before(self, lock: Path) -> str:
        """Text of the newest good lock that is not the one in `lock`; `InputError` when there is none."""
        current = digest_of(lock.read_text())
        for digest in reversed(self._order()):
            if digest != current:
                return (self.folder / f"{digest}.yaml").read_text()
        raise InputError(
            "there is no good lock to go back to",
            where=str(self.folder),
            hint="a lock is good once ./rw up or ./rw upgrade has proved the hosts with it",
        )

    def _order(self) -> list[str]:
        path = self.folder / "order.json"
        return [str(one) for one in json.loads(path.read_text())] if path.exists() else []


def digest_of(text: str) -> str:
    """SHA-256 of a lock file, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()
