"""Settling what an interrupted run left open: for every unfinished operation, ask the provider what became of it."""

from __future__ import annotations

from dataclasses import replace

from rackwright.engine.executor import Executor
from rackwright.engine.plan import EventKind
from rackwright.engine.provider import Found, Provider, ProviderError
from rackwright.engine.state import Operation, ResourceState


def settle(executor: Executor) -> None:
    """Settle every operation that the state holds as unfinished. Raises `ProviderError` when one cannot be asked.

    Nothing is created or deleted here: what a killed run created is recorded, what it deleted is dropped, and what it
    may have half updated is marked so that the next apply updates it again.
    """
    for operation in executor.journal.snapshot().pending:
        provider = executor.provider_for(operation.resource)
        if operation.kind == "creating":
            _creating(executor, provider, operation)
        else:
            _changing(executor, provider, operation)


def _creating(executor: Executor, provider: Provider, operation: Operation) -> None:
    resource = operation.resource
    id_ = provider.settle(resource)
    if id_ is None or _is_recorded(executor, resource, id_):
        if not provider.can_settle:
            _warn(executor, f"{resource.urn}: an interrupted run may have created it and the provider cannot tell")
        executor.journal.settle(operation)
        return
    found = _read(provider, replace(resource, id=id_))
    outputs = found.outputs if found else dict(resource.inputs)
    reasons = ("its creation was interrupted",)
    there = replace(resource, id=id_, outputs=outputs, init_errors=reasons)
    before = executor.journal.live(resource.urn)
    if before is None:
        executor.journal.commit(operation, add=there)
    elif before.pending_replacement:
        executor.journal.commit(operation, add=there, remove=before)
    else:
        executor.journal.commit(operation, add=there, instead=(before, replace(before, delete=True)))
    _warn(executor, f"{resource.urn}: found as {id_}, created by an interrupted run")


def _is_recorded(executor: Executor, resource: ResourceState, id_: str) -> bool:
    everything = executor.journal.snapshot().resources
    return any((known.type, known.id) == (resource.type, id_) and not known.pending_replacement for known in everything)


def _changing(executor: Executor, provider: Provider, operation: Operation) -> None:
    """An interrupted update or deletion: see what is there now."""
    resource = _recorded_as(executor, operation.resource)
    if resource is None:
        executor.journal.settle(operation)
        return
    found = _read(provider, resource)
    if found is not None and not found.id:
        executor.journal.commit(operation, instead=(resource, replace(resource, pending_replacement=True)))
        _warn(executor, f"{resource.urn}: is gone; an interrupted run deleted it")
        return
    reasons = ("its last change was interrupted",) if operation.kind == "updating" else resource.init_errors
    now = replace(resource, init_errors=reasons, outputs=found.outputs if found else resource.outputs)
    executor.journal.commit(operation, instead=(resource, now))


def _recorded_as(executor: Executor, resource: ResourceState) -> ResourceState | None:
    everything = executor.journal.snapshot().resources
    same = (known for known in everything if (known.urn, known.id) == (resource.urn, resource.id))
    return next((known for known in same if not known.pending_replacement), None)


def _read(provider: Provider, resource: ResourceState) -> Found | None:
    """What is there, None when the provider cannot read."""
    try:
        return provider.read(resource)
    except ProviderError as refusal:
        if refusal.unimplemented:
            return None
        raise


def _warn(executor: Executor, message: str) -> None:
    executor.tell(EventKind.LOG, None, f"warning: {message}")
