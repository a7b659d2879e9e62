"""State that survives: a snapshot of moto's backends plus a journal of the changing calls since then.

A change is acknowledged only after its call is in the journal, so kill -9 loses nothing that was acknowledged. Every
call runs under its own random seed, which the journal keeps, so that a replay gives the same ids.

The journal holds request bodies in the clear (user data, secret values), so both files have mode 0600.
"""

from __future__ import annotations

import base64
import json
import os
import pickle
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rackwright.cloud.aws.snapshot import dump_backends, load_backends
from rackwright.diagnostics import StepFailed

SNAPSHOT_EVERY = 500
"""Calls after which the journal is folded into a snapshot; a replay of that many takes about three seconds."""
LONGEST_REPLAY_S = 3.0
"""Time that the calls since the snapshot took to answer, after which there is a new one: a replay takes as long."""
SEED_BITS = 63
PRIVATE = 0o600

_KEPT = ("CONTENT_TYPE", "HTTP_HOST", "HTTP_AUTHORIZATION", "HTTP_USER_AGENT")


@dataclass(frozen=True, slots=True)
class Entry:
    """One acknowledged call that changed something."""

    seed: int
    method: str
    path: str
    raw_path: str
    query: str
    headers: Mapping[str, str]
    """WSGI names; only those that a replay needs."""
    body: str
    """Base64."""
    struck: tuple[str, ...] = ()
    """Faults that struck the launches which the call made, in order: a replay must fail as the first run did."""

    @classmethod
    def of(cls, environ: Mapping[str, Any], seed: int, struck: Sequence[str] = ()) -> Entry:
        """The entry for a request."""
        return cls(
            seed=seed,
            method=environ["REQUEST_METHOD"],
            path=environ["PATH_INFO"],
            raw_path=environ.get("RAW_URI", environ["PATH_INFO"]),
            query=environ.get("QUERY_STRING", ""),
            headers={k: v for k, v in environ.items() if k in _KEPT or k.startswith(("HTTP_X_AMZ", "HTTP_CONTENT_"))},
            body=base64.b64encode(environ["rackwright.body"]).decode(),
            struck=tuple(struck) if any(struck) else (),
        )

    def environ(self) -> dict[str, Any]:
        """A WSGI environment that asks the same again."""
        body = base64.b64decode(self.body)
        host, _, port = self.headers.get("HTTP_HOST", "localhost").partition(":")
        return {
            "REQUEST_METHOD": self.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": self.path,
            "RAW_URI": self.raw_path,
            "REQUEST_URI": self.raw_path,
            "QUERY_STRING": self.query,
            "SERVER_NAME": host,
            "SERVER_PORT": port or "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.url_scheme": "http",
            "wsgi.version": (1, 0),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            "wsgi.errors": None,
            "rackwright.body": body,
            **self.headers,
        }


class Journal:
    """Snapshot and journal under one folder. Not thread-safe: use under the emulator's lock.

    The snapshot carries a generation and the journal has it in its name, so a kill between writing the one and
    starting the other leaves a pair that belongs together.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder, self._snapshot = folder, folder / "snapshot.pickle"
        self._generation = 0
        self._since_snapshot, self._replay_s = 0, 0.0
        self._file: int | None = None

    def new_seed(self) -> int:
        """A seed for the next call; never used twice."""
        return secrets.randbits(SEED_BITS)

    def append(self, entry: Entry, took_s: float) -> None:
        """Keep `entry`, which took `took_s` to answer; it survives a kill of this process from here on."""
        if self._file is None:
            self._file = os.open(self._journal, os.O_WRONLY | os.O_APPEND | os.O_CREAT, PRIVATE)
        os.write(self._file, json.dumps(asdict(entry)).encode() + b"\n")
        self._since_snapshot += 1
        self._replay_s += took_s
        if self._since_snapshot >= SNAPSHOT_EVERY or self._replay_s >= LONGEST_REPLAY_S:
            self.snapshot()

    def load(self) -> list[Entry]:
        """Load the snapshot into moto and return the calls made after it.

        A half-written last line was never acknowledged and is cut off. Raises `StepFailed` for a broken snapshot.
        """
        if self._snapshot.exists():
            self._generation = _load(self._snapshot)
        for stale in set(self._folder.glob("journal-*.jsonl")) - {self._journal}:
            stale.unlink()
        if not self._journal.exists():
            return []
        whole = self._journal.read_bytes().rpartition(b"\n")[0]
        os.truncate(self._journal, len(whole) + 1 if whole else 0)
        return [Entry(**json.loads(line)) for line in whole.splitlines()]

    def snapshot(self) -> None:
        """Fold everything into a new snapshot and start an empty journal."""
        fresh = self._snapshot.with_suffix(".new")
        fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE)
        with os.fdopen(fd, "wb") as file:
            file.write(f"{self._generation + 1}\n".encode())
            dump_backends(file)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._snapshot)
        self._start_journal()

    def _start_journal(self) -> None:
        old = self._journal
        if self._file is not None:
            os.close(self._file)
        self._file, self._since_snapshot, self._replay_s = None, 0, 0.0
        self._generation += 1
        old.unlink(missing_ok=True)

    @property
    def _journal(self) -> Path:
        return self._folder / f"journal-{self._generation}.jsonl"


def _load(snapshot: Path) -> int:
    """Load the backends; returns the snapshot's generation."""
    try:
        with snapshot.open("rb") as file:
            generation = int(file.readline())
            load_backends(file)
    except (ValueError, EOFError, ImportError, AttributeError, pickle.UnpicklingError) as cause:
        raise StepFailed(
            f"the local cloud's saved state cannot be read: {cause}",
            where=str(snapshot),
            hint="run ./rw cloud down, delete this file (what the local cloud held is lost) and bring it up again",
        ) from cause
    return generation
