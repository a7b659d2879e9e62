"""Where states rest: Pulumi's ``file://`` backend, with a lock and writes that are whole or not at all.

ROOT/.pulumi/meta.yaml                                  version: 1
ROOT/.pulumi/stacks/PROJECT/STACK.json (.bak)           the checkpoint, and the one before this run
ROOT/.pulumi/stacks/PROJECT/STACK.json.journal          what a run has changed since, while it runs or after a kill
ROOT/.pulumi/history/PROJECT/STACK/STACK-<ns>.history.json, .checkpoint.json
ROOT/.pulumi/locks/organization/PROJECT/STACK/<id>.json  who holds the stack; the CLI reads and writes these too
"""

from __future__ import annotations

import contextlib
import fcntl
import getpass
import hashlib
import json
import os
import shutil
import socket
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rackwright.diagnostics import InputError, StepFailed
from rackwright.engine.increments import Action, IncrementFile, StrayJournal, digest, folded, is_open
from rackwright.engine.secrets import Crypter
from rackwright.engine.state import Snapshot, broken, snapshot_from_json
from rackwright.engine.urn import StackRef

_NO_COPY = "put a copy of your own back: there is neither a .bak file nor a history of this stack"

CHECKPOINT_VERSION = 3
ENGINE_VERSION = "v3.272.0"
"""Version of the SDK whose checkpoint layout we write; the CLI refuses a newer one than its own."""


def now() -> str:
    """Current time as the checkpoint writes it."""
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class Loaded:
    """A stack's state, ready for use."""

    snapshot: Snapshot
    crypter: Crypter
    exists: bool


class FileBackend:
    """States of stacks under `root`, the folder that holds ``.pulumi/``; `passphrase` locks their secrets."""

    def __init__(self, root: Path, passphrase: str) -> None:
        self.root = Path(root).resolve()
        self._passphrase = passphrase

    @property
    def _folder(self) -> Path:
        return self.root / ".pulumi"

    def path(self, stack: StackRef) -> Path:
        """The checkpoint file of `stack`."""
        return self._folder / "stacks" / stack.project / f"{stack.name}.json"

    def journal_path(self, stack: StackRef) -> Path:
        """What a run changed since the checkpoint; there while it runs, and after a kill until the next run."""
        return self.path(stack).with_suffix(".json.journal")

    def read(self, stack: StackRef) -> dict[str, Any] | None:
        """The recorded deployment with what a killed run left beside it; secrets still encrypted; None: a new stack.

        Raises `InputError` when it is broken.
        """
        checkpoint, journal = self._files(stack)
        recorded = self._deployment(stack, checkpoint)
        try:
            return folded(journal, recorded or {}) if is_open(journal, checkpoint) else recorded
        except StrayJournal as cause:
            where = self.journal_path(stack)
            way_out = f"put the checkpoint back as it was (its .bak), or do without what the run had done: rm {where}"
            raise InputError(f"the state of stack {stack.name!r}: {cause}", where=str(where), hint=way_out) from cause

    def _files(self, stack: StackRef) -> tuple[bytes | None, bytes]:
        """Checkpoint and journal that belong together, also while another process is ending its run."""
        while True:
            journal = _content(self.journal_path(stack))
            checkpoint = _content(self.path(stack))
            if journal is None or journal == _content(self.journal_path(stack)):
                return checkpoint, journal or b""

    def _deployment(self, stack: StackRef, checkpoint: bytes | None) -> dict[str, Any] | None:
        if checkpoint is None:
            return None
        try:
            document = json.loads(checkpoint)
            version, inner = document["version"], document["checkpoint"]
        except (ValueError, KeyError, TypeError) as cause:
            raise self._broken(stack, f"it is not a checkpoint ({cause})") from cause
        if version != CHECKPOINT_VERSION:
            raise self._broken(stack, f"its version is {version}, this engine reads {CHECKPOINT_VERSION}")
        latest = inner.get("latest") if isinstance(inner, dict) else inner
        if latest is None:
            return {}
        resources = latest.get("resources") or [] if isinstance(latest, dict) else None
        if not isinstance(resources, list) or not all(isinstance(one, dict) for one in resources):
            raise self._broken(stack, "it holds no list of resources")
        return dict(latest)

    def load(self, stack: StackRef) -> Loaded:
        """State of `stack`, decrypted and checked. Raises `InputError` when it is broken or the passphrase is wrong."""
        deployment = self.read(stack)
        crypter = self.crypter(deployment or {}, str(self.path(stack)))
        try:
            snapshot = snapshot_from_json(deployment or {}, crypter)
        except (KeyError, TypeError, ValueError, AttributeError) as cause:
            raise self._broken(stack, f"a record cannot be read ({cause!r})") from cause
        if problems := broken(snapshot.resources):
            more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
            raise self._broken(stack, f"{problems[0]}{more}")
        return Loaded(snapshot, crypter, deployment is not None)

    def crypter(self, deployment: Mapping[str, Any], where: str) -> Crypter:
        """Cipher for the secrets of `deployment`. Raises `InputError` when another scheme locked them."""
        provider = deployment.get("secrets_providers") or {}
        if provider.get("type", "passphrase") != "passphrase":
            raise InputError(
                f"the state's secrets are kept by {provider['type']!r}, this engine knows only 'passphrase'",
                where=where,
                hint="pulumi stack change-secrets-provider passphrase",
            )
        return Crypter(self._passphrase, (provider.get("state") or {}).get("salt"))

    def _broken(self, stack: StackRef, why: str) -> InputError:
        path = self.path(stack)
        history = (self._folder / "history" / stack.project / stack.name).glob("*.checkpoint.json")
        copies = [copy for copy in (path.with_suffix(".json.bak"), *history) if copy.exists()]
        newest = max(copies, key=lambda copy: copy.stat().st_mtime_ns, default=None)
        way_out = f"take the newest copy of it: cp {newest} {path}" if newest else _NO_COPY
        return InputError(f"the state of stack {stack.name!r} is broken: {why}", where=str(path), hint=way_out)

    # --- writing ------------------------------------------------------------------------------------------------------

    def prepare(self, stack: StackRef) -> None:
        """Make the folders; called under the lock before the first write."""
        self.path(stack).parent.mkdir(parents=True, exist_ok=True)
        meta = self._folder / "meta.yaml"
        if not meta.exists():
            write_whole(meta, b"version: 1\n")

    def back_up(self, stack: StackRef) -> None:
        """Keep the state as it is now as ``.bak``."""
        path = self.path(stack)
        if path.exists():
            shutil.copyfile(path, path.with_suffix(".json.bak"))

    def set_aside(self, stack: StackRef) -> None:
        """Begin anew, the record kept as ``.bak``: for one that speaks of nothing that exists any more."""
        self.fold(stack)
        self.back_up(stack)
        self.path(stack).unlink(missing_ok=True)

    def write(self, stack: StackRef, checkpoint: bytes) -> None:
        """Replace the checkpoint, durably and as a whole. Raises `StepFailed` when the disk refuses."""
        with self._writing(stack):
            write_whole(self.path(stack), checkpoint)

    def open_increments(self, stack: StackRef, providers: Mapping[str, Any]) -> IncrementFile:
        """Begin the journal of a run, the checkpoint kept as ``.bak``; called under the lock. Raises as `write`."""
        with self._writing(stack):
            self.prepare(stack)
            self.back_up(stack)
            return IncrementFile(self.journal_path(stack), digest(_content(self.path(stack))), providers)

    def append(self, stack: StackRef, journal: IncrementFile, changes: Sequence[Sequence[Action]]) -> None:
        """Have `changes` in the `journal`, durably. Raises as `write`."""
        with self._writing(stack):
            journal.append(changes)

    def fold_into(self, stack: StackRef, journal: IncrementFile, checkpoint: bytes) -> None:
        """End a run: `checkpoint`, which holds all of the `journal`, takes the place of both. Raises as `write`."""
        with self._writing(stack):
            journal.close_over(checkpoint)
            write_whole(self.path(stack), checkpoint)
            journal.remove()

    def fold(self, stack: StackRef) -> None:
        """Bring the checkpoint up to date with the journal that a killed run left; called under the lock."""
        checkpoint, left = self._files(stack)
        latest = self.read(stack)
        if latest is not None and is_open(left, checkpoint):
            text = checkpoint_text(
                *(stack, latest.get("secrets_providers") or {}, latest["resources"], latest["pending_operations"]),
                latest.get("metadata") or {},
            )
            self.prepare(stack)
            self.write(stack, text)
        self.journal_path(stack).unlink(missing_ok=True)

    @contextlib.contextmanager
    def _writing(self, stack: StackRef) -> Iterator[None]:
        try:
            yield
        except OSError as cause:
            raise StepFailed(
                f"the state of stack {stack.name!r} cannot be written: {cause.strerror or cause}",
                where=str(self.path(stack)),
                hint="make room or correct the rights, then run this again: it finds what was not recorded",
            ) from cause

    def add_history(self, stack: StackRef, kind: str, succeeded: bool, changes: Mapping[str, int]) -> None:
        """Keep a copy of the checkpoint with a note on the run, as ``pulumi stack history`` reads them."""
        folder = self._folder / "history" / stack.project / stack.name
        folder.mkdir(parents=True, exist_ok=True)
        stem = f"{stack.name}-{time.time_ns()}"
        seconds = int(time.time())
        note = {
            "kind": kind,
            "startTime": seconds,
            "message": "",
            "environment": {},
            "config": {},
            "version": 0,
            "result": "succeeded" if succeeded else "failed",
            "endTime": seconds,
            "resourceChanges": dict(changes),
        }
        write_whole(folder / f"{stem}.history.json", json.dumps(note, indent=4).encode())
        shutil.copyfile(self.path(stack), folder / f"{stem}.checkpoint.json")

    def remove(self, stack: StackRef) -> None:
        """Forget `stack` with its history, as ``pulumi stack rm`` does. Raises `StepFailed` while it has resources."""
        if (self.read(stack) or {}).get("resources"):
            raise StepFailed(
                f"stack {stack.name!r} still has resources", where=str(self.path(stack)), hint="destroy it"
            )
        for suffix in (".json", ".json.bak", ".json.journal"):
            self.path(stack).with_suffix(suffix).unlink(missing_ok=True)
        shutil.rmtree(self._folder / "history" / stack.project / stack.name, ignore_errors=True)
        for lock in (self._folder / "locks" / stack.organization / stack.project).glob(f"{stack.name}*"):
            shutil.rmtree(lock) if lock.is_dir() else lock.unlink()
        if not any(self._folder.rglob("*.json")):
            shutil.rmtree(self._folder, ignore_errors=True)

    # --- lock ---------------------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def locked(self, stack: StackRef) -> Iterator[None]:
        """Hold `stack` for this process. Raises `StepFailed`, naming the holder, when another one has it.

        The kernel drops our own lock with its process, so a killed run leaves nothing to clean; the ``.json`` note is
        for people and for the CLI, and is ignored when its process is gone.
        """
        folder = self._folder / "locks" / stack.organization / stack.project / stack.name
        folder.mkdir(parents=True, exist_ok=True)
        note = folder / f"{uuid.uuid4()}.json"
        with (folder.parent / f"{stack.name}.flock").open("w") as handle:
            self._take(handle.fileno(), folder, stack)
            write_whole(note, json.dumps(_holder()).encode())
            try:
                yield
            finally:
                note.unlink(missing_ok=True)

    def _take(self, descriptor: int, folder: Path, stack: StackRef) -> None:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as cause:
            raise _held(stack, folder, _notes(folder)) from cause
        if alive := [note for note in _notes(folder) if not _stale(note)]:
            raise _held(stack, folder, alive)


def _holder() -> dict[str, Any]:
    return {"pid": os.getpid(), "username": getpass.getuser(), "hostname": socket.gethostname(), "timestamp": now()}


def _notes(folder: Path) -> list[dict[str, Any]]:
    found = []
    for path in sorted(folder.glob("*.json")):
        with contextlib.suppress(ValueError, OSError):
            found.append({**json.loads(path.read_bytes()), "path": str(path)})
    return found


def _stale(note: Mapping[str, Any]) -> bool:
    """Whether the process of `note` is gone; if so the note goes too. One of another machine cannot be judged."""
    if note.get("hostname") != socket.gethostname() or _runs(int(note.get("pid", 0))):
        return False
    Path(note["path"]).unlink(missing_ok=True)
    return True


def _runs(pid: int) -> bool:
    if pid in (0, os.getpid()):
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _held(stack: StackRef, folder: Path, notes: list[dict[str, Any]]) -> StepFailed:
    who = ", ".join(
        f"{n.get('username')}@{n.get('hostname')} (pid {n.get('pid')}, since {n.get('timestamp')})" for n in notes
    )
    return StepFailed(
        f"stack {stack.name!r} is in use by {who or 'another process'}",
        where=str(folder),
        hint="wait until that run has ended, then run this again; nothing was changed",
    )


def write_whole(path: Path, content: bytes) -> None:
    """Write `content` to `path` so that a crash at any point leaves the old or the new file, never a part."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.new")
    with draft.open("wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
    draft.replace(path)


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def checkpoint_text(
    stack: StackRef,
    secrets_providers: Mapping[str, Any],
    resources: Sequence[Mapping[str, Any]],
    pending: Sequence[Mapping[str, Any]],
    metadata: Mapping[str, Any],
) -> bytes:
    """A checkpoint file as Pulumi lays it out."""
    latest = {
        "manifest": manifest(),
        "secrets_providers": secrets_providers,
        "resources": resources,
        "pending_operations": pending,
        "metadata": dict(metadata),
    }
    name = f"{stack.organization}/{stack.project}/{stack.name}"
    document = {"version": CHECKPOINT_VERSION, "checkpoint": {"stack": name, "latest": latest}}
    return (json.dumps(document, indent=4) + "\n").encode()


def manifest() -> dict[str, Any]:
    """The checkpoint's manifest; its magic is the hash of the version, by which the CLI checks the file."""
    return {"time": now(), "magic": hashlib.sha256(ENGINE_VERSION.encode()).hexdigest(), "version": ENGINE_VERSION}
