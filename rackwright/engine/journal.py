"""The state while it changes: every step is recorded before the provider is called and again after it.

Resources touched by this run stand first, in the order in which they were done; those not touched yet follow in their
old order. What a resource needs is done before it, so the file is sound at any moment. Saves of several threads that
wait for the disk are joined: one write covers them all.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from rackwright.engine.backend import CHECKPOINT_VERSION, FileBackend, Loaded, manifest
from rackwright.engine.secrets import Crypter
from rackwright.engine.state import Operation, ResourceState, Snapshot, renamed, resource_to_json
from rackwright.engine.urn import StackRef


class Journal:
    """Resources and unfinished operations of one stack during one run; thread-safe."""

    def __init__(self, loaded: Loaded, backend: FileBackend, stack: StackRef, *, keep: bool) -> None:
        """`keep` says whether changes are written; a preview keeps them in memory."""
        self._lock = threading.RLock()
        self._disk = threading.Lock()
        self._old = {id(resource): resource for resource in loaded.snapshot.resources}
        self._done: dict[int, ResourceState] = {}
        self._pending = {id(op): op for op in loaded.snapshot.pending}
        self._metadata = loaded.snapshot.metadata
        self._crypter = loaded.crypter
        self._backend, self._stack = backend, stack
        self._keep = keep
        self._version = self._saved = 0
        self._backed_up = False
        self._texts: dict[int, tuple[object, str]] = {}

    # --- reading ------------------------------------------------------------------------------------------------------

    def snapshot(self) -> Snapshot:
        """Everything as recorded now."""
        with self._lock:
            resources = (*self._done.values(), *self._old.values())
            return Snapshot(resources, tuple(self._pending.values()), self._metadata)

    def untouched(self) -> list[ResourceState]:
        """Recorded resources that this run has not met, those to be deleted included."""
        with self._lock:
            return list(self._old.values())

    def touched(self) -> list[ResourceState]:
        """Resources that this run has done."""
        with self._lock:
            return list(self._done.values())

    def find(self, urns: Iterable[str]) -> ResourceState | None:
        """The live recorded resource under the first of `urns` that names one, among those not touched yet."""
        with self._lock:
            live = {resource.urn: resource for resource in self._old.values() if not resource.delete}
            return next((live[urn] for urn in urns if urn in live), None)

    def referring(self, urn: str) -> set[str]:
        """URNs of the untouched resources that refer to `urn`, directly or through others."""
        with self._lock:
            found = {urn}
            for resource in self._old.values():
                if resource.references() & found:
                    found.add(resource.urn)
            return found - {urn}

    def live(self, urn: str) -> ResourceState | None:
        """The recorded resource called `urn`, touched or not."""
        with self._lock:
            everything = (*self._done.values(), *self._old.values())
            return next((r for r in everything if r.urn == urn and not r.delete), None)

    # --- changing -----------------------------------------------------------------------------------------------------

    def begin(self, kind: str, resource: ResourceState) -> Operation:
        """Record that the provider is about to be called."""
        operation = Operation(kind, resource)
        with self._lock:
            self._pending[id(operation)] = operation
        self._changed()
        return operation

    def settle(self, operation: Operation) -> None:
        """Drop `operation`: it came to nothing."""
        with self._lock:
            self._pending.pop(id(operation), None)
        self._changed()

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
            if operation is not None:
                self._pending.pop(id(operation), None)
            if add is not None:
                self._done[id(add)] = add
            if found is not None:
                self._old[id(found)] = found
            if remove is not None:
                self._forget(remove)
            if instead is not None:
                self._swap(*instead)
        if save:
            self._changed()

    def _forget(self, resource: ResourceState) -> None:
        for book in (self._old, self._done):
            book.pop(id(resource), None)
        self._texts.pop(id(resource), None)

    def _swap(self, old: ResourceState, new: ResourceState) -> None:
        """Put `new` where `old` stood."""
        for book in (self._old, self._done):
            if id(old) in book:
                swapped = [new if resource is old else resource for resource in book.values()]
                book.clear()
                book.update({id(resource): resource for resource in swapped})
        self._texts.pop(id(old), None)

    def rename(self, old: str, new: str) -> None:
        """Follow an alias: what referred to the URN `old` refers to `new` from now on."""
        with self._lock:
            for resource in list(self._old.values()):
                turned = renamed(resource, old, new)
                turned = replace(turned, urn=new) if turned.urn == old else turned
                if turned is not resource:
                    self._swap(resource, turned)

    def mark_changed(self) -> None:
        """Something changed that the next save, or the last one, writes."""
        with self._lock:
            self._version += 1

    # --- saving -------------------------------------------------------------------------------------------------------

    def freeze(self) -> None:
        """Write nothing any more: the run is being killed, and what is on disk tells the truth."""
        with self._lock:
            self._keep = False

    def _changed(self) -> None:
        self.mark_changed()
        self.flush()

    def flush(self) -> None:
        """Have everything up to now on disk when this returns."""
        with self._lock:
            wanted = self._version
        with self._disk:
            if not self._keep or self._saved >= wanted:
                return
            with self._lock:
                version, parts = self._version, self._parts()
            if not self._backed_up:
                self._backend.prepare(self._stack)
                self._backend.back_up(self._stack)
                self._backed_up = True
            self._backend.write(self._stack, _checkpoint(self._stack, *parts))
            self._saved = version

    @property
    def written(self) -> bool:
        """Whether this run wrote anything."""
        return self._keep and self._saved > 0

    def _parts(self) -> tuple[str, list[str], list[str], Mapping[str, Any]]:
        resources = [self._text(resource) for resource in (*self._done.values(), *self._old.values())]
        pending = [_operation(op, self._crypter) for op in self._pending.values()]
        return self._crypter.salt, resources, pending, self._metadata

    def _text(self, resource: ResourceState) -> str:
        """JSON of one resource, made once: an apply saves often, but each time few resources are new."""
        known = self._texts.get(id(resource))
        if known is None:
            known = self._texts[id(resource)] = (resource, _object(resource_to_json(resource, self._crypter)))
        return known[1]


def _object(value: Mapping[str, Any]) -> str:
    return json.dumps(value, indent=4).replace("\n", "\n" + " " * 16)


def _operation(operation: Operation, crypter: Crypter) -> str:
    return _object({"resource": resource_to_json(operation.resource, crypter), "type": operation.kind})


def checkpoint_of(stack: StackRef, snapshot: Snapshot, crypter: Crypter) -> bytes:
    """The checkpoint file that holds `snapshot`."""
    resources = [_object(resource_to_json(resource, crypter)) for resource in snapshot.resources]
    pending = [_operation(operation, crypter) for operation in snapshot.pending]
    return _checkpoint(stack, crypter.salt, resources, pending, snapshot.metadata)


def _checkpoint(
    stack: StackRef, salt: str, resources: list[str], pending: list[str], metadata: Mapping[str, Any]
) -> bytes:
    """The checkpoint file, put together from ready texts: encoding every resource anew for each step would be slow."""
    provider = {"type": "passphrase", "state": {"salt": salt}}
    latest = {"manifest": manifest(), "secrets_providers": provider, "resources": 0, "pending_operations": 0}
    name = f"{stack.organization}/{stack.project}/{stack.name}"
    frame = {
        "version": CHECKPOINT_VERSION,
        "checkpoint": {"stack": name, "latest": {**latest, "metadata": dict(metadata)}},
    }
    head, _, rest = json.dumps(frame, indent=4).partition('"resources": 0')
    middle, _, tail = rest.partition('"pending_operations": 0')
    lists = f'"resources": {_array(resources)}', f'"pending_operations": {_array(pending)}'
    return "".join((head, lists[0], middle, lists[1], tail, "\n")).encode()


def _array(objects: list[str]) -> str:
    if not objects:
        return "[]"
    pad = " " * 16
    return "[\n" + ",\n".join(pad + text for text in objects) + "\n" + " " * 12 + "]"
