"""The log of one stack on disk: appending is safe against other processes and against being killed.

``log.jsonl`` holds the records, ``head.json`` the signed end, ``public.pem`` the key that verifies both. Whoever
appends holds a lock on the log; the record is on the disk before the head is, and the head is replaced whole.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from rackwright.diagnostics import InputError, StepFailed
from rackwright.evidence.canonical import sha256
from rackwright.evidence.keys import PublicKey, SigningKey, load_key, load_or_make_key, read_public
from rackwright.evidence.record import GENESIS, Head, Record, Sealed, head_after, read_head, read_record, seal
from rackwright.evidence.verify import Fault, Verdict, verify_log


def now() -> dt.datetime:
    """The time now, in UTC."""
    return dt.datetime.now(dt.UTC)


@dataclass(frozen=True, slots=True)
class EvidenceLog:
    """The log of stack `stack` in `folder`; its private key is the file `key_file`."""

    stack: str
    folder: Path
    key_file: Path

    @property
    def path(self) -> Path:
        """The records."""
        return self.folder / "log.jsonl"

    @property
    def head_path(self) -> Path:
        """The signed end of the log."""
        return self.folder / "head.json"

    @property
    def public_path(self) -> Path:
        """The public key."""
        return self.folder / "public.pem"

    def append(self, command: str, content: Mapping[str, object], clock: Callable[[], dt.datetime] = now) -> Sealed:
        """Write one record and return it once it is on the disk.

        Raises `StepFailed` rather than go on from a log that does not end as its head says, because that would hide a
        removal; `InputError` when the log is there but its key is gone.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.path.open("a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            last, torn = self._end(file)
            key = self._key(fresh=last is None)
            self._mend_head(last, key)
            kept = dict(content)
            if torn:
                kept["after_torn_line"] = {"bytes": len(torn), "sha256": sha256(torn)}
                file.truncate(file.seek(0, os.SEEK_END) - len(torn))
            sealed = seal(self._next(last, command, kept, clock(), key), key)
            file.write(sealed.line + b"\n")
            file.flush()
            os.fsync(file.fileno())
            self._replace(self.head_path, head_after(sealed, key).line + b"\n")
        return sealed

    def records(self) -> Iterator[bytes]:
        """Complete lines of the log, without their ends; a torn last line is left out."""
        if self.path.exists():
            with self.path.open("rb") as file:
                yield from (line[:-1] for line in file if line.endswith(b"\n"))

    def torn(self) -> bytes:
        """What stands after the last end of line; empty unless a writer was killed."""
        if not self.path.exists():
            return b""
        with self.path.open("rb") as file:
            return next((line for line in file if not line.endswith(b"\n")), b"")

    def public_key(self) -> PublicKey:
        """The public key beside the log. InputError when it is missing or spoiled."""
        try:
            return read_public(self.public_path.read_bytes())
        except (OSError, ValueError) as problem:
            raise InputError(f"cannot read the public key: {problem}", where=str(self.public_path)) from problem

    def head(self) -> Head | None:
        """The head; None when there is none. ValueError when it cannot be read."""
        return read_head(self.head_path.read_bytes()) if self.head_path.exists() else None

    def verify(self, *, wanted: str | None = None, key_id: str | None = None) -> Verdict:
        """Judge the log. `wanted` is a head noted earlier, `key_id` the key that must have signed."""
        try:
            key = self.public_key()
        except InputError as problem:
            return Verdict(self.stack, 0, None, None, (Fault("public.pem", problem.summary),), ())
        with self._still():
            try:
                found = verify_log(self.stack, self.records(), self.torn(), self.head(), key, wanted)
            except ValueError as problem:
                spoiled = Fault("head", f"the head was changed: {problem}")
                found = verify_log(self.stack, self.records(), self.torn(), None, key, wanted)
                found = replace(found, faults=(spoiled, *found.faults))
        faults = (*self._key_faults(key, key_id), *found.faults)
        return Verdict(self.stack, found.records, found.head, key.id, faults, found.notes)

    def snapshot(self) -> tuple[list[bytes], Head | None]:
        """Complete lines and head as they belong together, also while others append."""
        with self._still():
            return list(self.records()), self.head()

    @contextmanager
    def _still(self) -> Iterator[None]:
        """Nobody appends meanwhile: between a record and its head a reader would see a removal."""
        if not self.path.exists():
            yield
            return
        with self.path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH)
            yield

    def _key_faults(self, key: PublicKey, key_id: str | None) -> tuple[Fault, ...]:
        if key_id is not None and key_id != key.id:
            return (Fault("public.pem", f"the key is {key.id}, expected {key_id}"),)
        if self.key_file.exists() and load_key(self.key_file).public != key:
            return (Fault("public.pem", f"it is not the public half of {self.key_file}"),)
        return ()

    def _end(self, file: BinaryIO) -> tuple[Sealed | None, bytes]:
        last, torn = b"", b""
        file.seek(0)
        for line in file:
            last, torn = (line, b"") if line.endswith(b"\n") else (last, line)
        try:
            return (read_record(last[:-1]) if last else None), torn
        except ValueError as problem:
            raise self._damaged(f"its last record cannot be read: {problem}") from problem

    def _key(self, *, fresh: bool) -> SigningKey:
        key = load_or_make_key(self.key_file) if fresh else load_key(self.key_file)
        if not self.public_path.exists():
            self._replace(self.public_path, key.public.pem)
        if self.public_key() != key.public:
            raise self._damaged(f"public.pem is not the public half of {self.key_file}")
        return key

    def _mend_head(self, last: Sealed | None, key: SigningKey) -> None:
        """Check that the log ends where its head says; write the head that a killed run still owes."""
        try:
            head = self.head()
        except ValueError as problem:
            raise self._damaged(f"its head was changed: {problem}") from problem
        if last is None and head is None:
            return
        if last is None or last.fault(key.public) or (head is not None and not head.holds(key.public)):
            raise self._damaged("its end was changed or removed")
        ended = (head.records, head.hash) if head else (0, GENESIS)
        if ended == (last.record.index, last.record.previous):
            self._replace(self.head_path, head_after(last, key).line + b"\n")
        elif ended != (last.record.index + 1, last.hash):
            raise self._damaged(f"it ends with record {last.record.index}, but its head counts {ended[0]} records")

    def _next(
        self, last: Sealed | None, command: str, content: Mapping[str, object], at: dt.datetime, key: SigningKey
    ) -> Record:
        return Record(
            stack=self.stack,
            index=last.record.index + 1 if last else 0,
            previous=last.hash if last else GENESIS,
            at=at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            command=command,
            key=key.public.id,
            content=content,
        )

    def _damaged(self, what: str) -> StepFailed:
        return StepFailed(
            f"the evidence log of {self.stack!r} takes no more records: {what}",
            where=str(self.path),
            hint=f"./rw evidence verify {self.stack} names the places; then move the folder away: a new log begins",
        )

    def _replace(self, path: Path, data: bytes) -> None:
        new = path.with_name(f".{path.name}.new")
        with new.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
