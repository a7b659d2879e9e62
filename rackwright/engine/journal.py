"""The state while it changes: every step is recorded before the provider is called and again after it.

Resources touched by this run stand first, in the order in which they were done; those not touched yet follow in their
old order. What a resource needs is done before it, so the record is sound at any moment. A change is one line in a file
beside the checkpoint (`increments`), folded in at the end. Saves of several threads that wait for the disk are joined.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from rackwright.engine.backend import FileBackend, Loaded, checkpoint_text
from rackwright.engine.book import Book
from rackwright.engine.increments import Action, IncrementFile
from rackwright.engine.secrets import Crypter
from rackwright.engine.state import Operation, ResourceState, Snapshot, renamed, resource_to_json
from rackwright.engine.urn import StackRef


class Journal:
    """Resources and unfinished operations of one stack during one run; thread-safe."""

    def __init__(self, loaded: Loaded, backend: FileBackend, stack: StackRef, *, keep: bool) -> None:
        """`keep` says whether changes are written; a preview keeps them in memory."""
        self._lock = threading.RLock()
        self._disk = threading.Lock()
        self._slots = itertools.count(len(loaded.snapshot.resources))
        self._old, self._done = Book(), Book()
        for slot, resource in enumerate(loaded.snapshot.resources):
            self._old.add(slot, resource)
        self._operations = itertools.count(len(loaded.snapshot.pending))
        self._pending = dict(enumerate(loaded.snapshot.pending))
        self._metadata = loaded.snapshot.metadata
        self._crypter = loaded.crypter
        self._backend, self._stack = backend, stack
        self._keep = keep
        self._version = self._saved = 0
        self._unwritten: list[list[Action]] = []
        self._file: IncrementFile | None = None
        self._records: dict[int, tuple[ResourceState, dict[str, Any]]] = {}

    # --- reading ------------------------------------------------------------------------------------------------------

    def snapshot(self) -> Snapshot:
        """Everything as recorded now."""
        with self._lock:
            return Snapshot((*self._done, *self._old), tuple(self._pending.values()), self._metadata)

    def untouched(self) -> list[ResourceState]:
        """Recorded resources that this run has not met, those to be deleted included."""
        with self._lock:
            return list(self._old)

    def touched(self) -> list[ResourceState]:
        """Resources that this run has done."""
        with self._lock:
            return list(self._done)

    def find(self, urns: Iterable[str]) -> ResourceState | None:
        """The live recorded resource under the first of `urns` that names one, among those not touched yet."""
        with self._lock:
            return next((found for urn in urns if (found := self._old.live(urn))), None)

    def referring(self, urn: str) -> set[str]:
        """URNs of the untouched resources that refer to `urn`, directly or through others."""
        with self._lock:
            found = {urn}
            for resource in self._old:
                if resource.references() & found:
                    found.add(resource.urn)
            return found - {urn}

    def live(self, urn: str) -> ResourceState | None:
        """The recorded resource called `urn`, touched or not."""
        with self._lock:
            return self._done.live(urn) or self._old.live(urn)

    # --- changing -----------------------------------------------------------------------------------------------------

    def begin(self, kind: str, resource: ResourceState) -> Operation:
        """Record that the provider is about to be called."""
        operation = Operation(kind, resource)
        with self._lock:
            slot = next(self._operations)
            self._pending[slot] = operation
            self._note([("begin", slot, operation)])
        self._changed()
        return operation

    def settle(self, operation: Operation) -> None:
        """Drop `operation`: it came to nothing."""
        self.commit(operation)

    def commit(
        self,
        operation: Operation | None = None,
        *,
        add: ResourceState | None = None,
        found: ResourceState | None = None,
        remove: ResourceState | None = None,
        instead: tuple[ResourceState, ResourceState] | None = None,
        save: bool = True,
    ) -> None:
        """Record an outcome in one go: `operation` is over, `add` is new, `remove` is gone, `instead` swaps two.

        `found` was made by an earlier run: it joins those that this run has not touched.
        `save=False` for outcomes that lose nothing when a crash forgets them.
        """
        with self._lock:
            actions = [*self._over(operation), *self._joined("add", add), *self._joined("found", found)]
            actions += self._dropped(remove)
            actions += self._put(*instead) if instead else ()
            self._note(actions)
        if save:
            self._changed()

    def _over(self, operation: Operation | None) -> list[Action]:
        slot = next((slot for slot, known in self._pending.items() if known is operation), None)
        if slot is None:
            return []
        del self._pending[slot]
        return [("over", slot)]

    def _joined(self, word: str, resource: ResourceState | None) -> list[Action]:
        if resource is None:
            return []
        slot = next(self._slots)
        (self._done if word == "add" else self._old).add(slot, resource)
        return [(word, slot, resource)]

    def _dropped(self, resource: ResourceState | None) -> list[Action]:
        if resource is None:
            return []
        self._records.pop(id(resource), None)
        return [("drop", book.drop(resource)) for book in (self._old, self._done) if resource in book]

    def _put(self, old: ResourceState, new: ResourceState) -> list[Action]:
        """Put `new` where `old` stands."""
        return [("put", book.swap(old, new), new) for book in (self._old, self._done) if old in book]

    def rename(self, old: str, new: str) -> None:
        """Follow an alias: what referred to the URN `old` refers to `new` from now on."""
        with self._lock:
            actions: list[Action] = []
            for resource in list(self._old):
                turned = renamed(resource, old, new)
                turned = replace(turned, urn=new) if turned.urn == old else turned
                if turned is not resource:
                    actions += self._put(resource, turned)
            self._note(actions)

    def mark_changed(self) -> None:
        """Something changed that the next save, or the last one, writes."""
        with self._lock:
            self._version += 1

    # --- saving -------------------------------------------------------------------------------------------------------

    def freeze(self) -> None:
        """Write nothing any more: the run is being killed, and what is on disk tells the truth."""
        with self._lock:
            self._keep = False

    def _note(self, actions: list[Action]) -> None:
        if self._keep and actions:
            self._unwritten.append(actions)

    def _changed(self) -> None:
        self.mark_changed()
        self.flush()

    def flush(self) -> None:
        """Have everything up to now on disk when this returns. Raises `StepFailed` when the disk refuses."""
        with self._lock:
            wanted = self._version
        with self._disk:
            if not self._keep or self._saved >= wanted:
                return
            with self._lock:
                version, batch = self._version, list(self._unwritten)
            if self._file is None:
                self._file = self._backend.open_increments(self._stack, _scheme(self._crypter))
            self._backend.append(self._stack, self._file, [[self._wire(one) for one in line] for line in batch])
            with self._lock:
                del self._unwritten[: len(batch)]
            self._saved = version

    def close(self) -> None:
        """End the run: write what is left and fold all of it into the checkpoint. Raises as `flush`."""
        try:
            self.flush()
            with self._disk:
                if self._keep and self._file is not None:
                    self._backend.fold_into(self._stack, self._file, self._checkpoint())
        finally:
            if self._file is not None:
                self._file.close()

    @property
    def written(self) -> bool:
        """Whether this run wrote anything."""
        return self._keep and self._saved > 0

    def _wire(self, action: Action) -> Action:
        word, slot, *content = action
        if not content:
            return action
        thing = content[0]
        if isinstance(thing, Operation):
            return (word, slot, _operation(thing, self._crypter))
        return (word, slot, self._record(thing))

    def _record(self, resource: ResourceState) -> dict[str, Any]:
        """JSON values of one resource, made once; kept with it, so that no other one can take its place in memory."""
        known = self._records.get(id(resource))
        if known is None:
            known = self._records[id(resource)] = (resource, resource_to_json(resource, self._crypter))
        return known[1]

    def _checkpoint(self) -> bytes:
        with self._lock:
            resources = [self._record(resource) for resource in (*self._done, *self._old)]
            pending = [_operation(operation, self._crypter) for operation in self._pending.values()]
        return checkpoint_text(self._stack, _scheme(self._crypter), resources, pending, self._metadata)


def _operation(operation: Operation, crypter: Crypter) -> dict[str, Any]:
    return {"resource": resource_to_json(operation.resource, crypter), "type": operation.kind}


def _scheme(crypter: Crypter) -> dict[str, Any]:
    return {"type": "passphrase", "state": {"salt": crypter.salt}}


def checkpoint_of(stack: StackRef, snapshot: Snapshot, crypter: Crypter) -> bytes:
    """The checkpoint file that holds `snapshot`."""
    resources = [resource_to_json(resource, crypter) for resource in snapshot.resources]
    pending = [_operation(operation, crypter) for operation in snapshot.pending]
    return checkpoint_text(stack, _scheme(crypter), resources, pending, snapshot.metadata)
