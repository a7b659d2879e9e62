"""The changes of a run, one line each, in a file beside the checkpoint: written ahead, folded in at the end.

``STACK.json.journal`` holds a head, then one line per change, each durable before the next step begins:

{"base": SHA256 of the checkpoint that the lines change, "secrets_providers": …}
[["begin", SLOT, OPERATION]]
[["over", SLOT], ["add", SLOT, RESOURCE], ["drop", SLOT]]
{"folded": SHA256 of the checkpoint that now takes the place of the base}

A checkpoint of 2,000 resources has some megabytes; writing it whole for each step costs more than the steps. Slots
number the base's resources (and its pending operations, apart) from 0 on; new ones follow. Replaying is pure.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

Action = Sequence[Any]
"""``begin`` and ``over`` of an operation; ``add``, ``found``, ``drop``, ``put`` of a resource: word, slot, record."""


class StrayJournal(ValueError):
    """A journal that belongs to another checkpoint than the one beside it."""


def digest(checkpoint: bytes | None) -> str:
    """What a journal calls its base: the checkpoint's SHA-256, or ``none`` for a stack without one."""
    return "none" if checkpoint is None else hashlib.sha256(checkpoint).hexdigest()


def is_open(journal: bytes, checkpoint: bytes | None) -> bool:
    """Whether `journal` holds changes that `checkpoint` lacks. Raises `StrayJournal` when the two do not belong."""
    head, lines = _parsed(journal)
    if head is None:
        return False
    if head["base"] == digest(checkpoint):
        return bool(lines)
    last = lines[-1] if lines else None
    if isinstance(last, dict) and last.get("folded") == digest(checkpoint):
        return False
    raise StrayJournal("the checkpoint was changed by something else while a run had its journal open")


def folded(journal: bytes, deployment: Mapping[str, Any]) -> dict[str, Any]:
    """`deployment` with every change of `journal` made. A half-written last line was never acknowledged."""
    head, lines = _parsed(journal)
    books = _Books(deployment)
    for line in lines:
        books.take(line if isinstance(line, list) else ())
    providers = {"secrets_providers": head["secrets_providers"]} if head else {}
    return {**deployment, **providers, **books.lists()}


def _parsed(journal: bytes) -> tuple[dict[str, Any] | None, list[Any]]:
    whole = journal[: journal.rfind(b"\n") + 1].splitlines()
    try:
        lines = [json.loads(line) for line in whole]
    except ValueError as cause:
        raise StrayJournal(f"a line of the journal cannot be read ({cause})") from cause
    head = lines[0] if lines else None
    if head is not None and not (isinstance(head, dict) and "base" in head):
        raise StrayJournal("the journal does not say which checkpoint it belongs to")
    return head, lines[1:]


class _Books:
    """The two lists of resources and the operations, by slot: those this run has done come first."""

    def __init__(self, deployment: Mapping[str, Any]) -> None:
        self._old: dict[int, Any] = dict(enumerate(deployment.get("resources") or ()))
        self._pending: dict[int, Any] = dict(enumerate(deployment.get("pending_operations") or ()))
        self._done: dict[int, Any] = {}

    def take(self, actions: Iterable[Action]) -> None:
        for word, slot, *record in actions:
            if word in ("begin", "over"):
                self._operate(slot, record)
            elif word == "put":
                book = self._done if slot in self._done else self._old
                book[slot] = record[0]
            else:
                self._move(word, slot, record)

    def _operate(self, slot: int, record: list[Any]) -> None:
        if record:
            self._pending[slot] = record[0]
        else:
            self._pending.pop(slot, None)

    def _move(self, word: str, slot: int, record: list[Any]) -> None:
        if record:
            (self._done if word == "add" else self._old)[slot] = record[0]
        else:
            self._old.pop(slot, None)
            self._done.pop(slot, None)

    def lists(self) -> dict[str, list[Any]]:
        return {
            "resources": [*self._done.values(), *self._old.values()],
            "pending_operations": list(self._pending.values()),
        }


class IncrementFile:
    """The open journal of one run. Not thread-safe: its owner writes one batch at a time."""

    def __init__(self, path: Path, base: str, providers: Mapping[str, Any]) -> None:
        """Begin a journal at `path` for the checkpoint whose digest is `base`. Raises `OSError`."""
        self._path, self._end = path, 0
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        self._append([{"base": base, "secrets_providers": dict(providers)}])

    def append(self, changes: Iterable[Sequence[Action]]) -> None:
        """Have `changes`, each of which counts as a whole, on disk when this returns. Raises `OSError`."""
        self._append(changes)

    def close_over(self, checkpoint: bytes) -> None:
        """Note that `checkpoint` is about to take the place of the base. Raises `OSError`."""
        self._append([{"folded": digest(checkpoint)}])

    def _append(self, lines: Iterable[object]) -> None:
        text = b"".join(json.dumps(line, separators=(",", ":")).encode() + b"\n" for line in lines)
        os.ftruncate(self._file, self._end)  # what an earlier, refused write left
        written = 0
        while written < len(text):
            written += os.pwrite(self._file, text[written:], self._end + written)
        os.fsync(self._file)
        self._end += len(text)

    def remove(self) -> None:
        """Close and delete it: the checkpoint holds everything."""
        self.close()
        self._path.unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of the file and leave it as it is."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
