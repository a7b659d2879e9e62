"""Settling what an interrupted run left open: for every unfinished operation, ask the provider what became of it."""

from __future__ import annotations

from dataclasses import replace

from rackwright.engine.plan import EventKind
from rackwright.engine.properties import secret_keys
from rackwright.engine.provider import Found, Provider, ProviderError
from rackwright.engine.provider_resources import Providers
from rackwright.engine.run import Run
from rackwright.engine.state import Operation, ResourceState, without_references


def settle(run: Run, providers: Providers) -> None:
    """Settle every operation that the state holds as unfinished. Raises `ProviderError` when one cannot be asked.

    Nothing is created or deleted here: what a killed run created is recorded, what it deleted is dropped, and what it
    may have half updated is marked so that the next apply updates it again. The last one begun comes first: a deletion
    that was to come about with another one was left open before it, and depends on what became of that.
    """
    for operation in reversed(run.journal.snapshot().pending):
        provider = providers.recorded(operation.resource)
        if operation.kind == "creating":
            _creating(run, provider, operation)
        else:
            _changing(run, provider, operation)


def _creating(run: Run, provider: Provider, operation: Operation) -> None:
    resource = operation.resource
    id_ = provider.settle(resource)
    if id_ is None or _is_recorded(run, resource, id_):
        if not provider.can_settle:
            _warn(run, f"{resource.urn}: an interrupted run may have created it and the provider cannot tell")
        run.journal.settle(operation)
        return
    found = _read(provider, replace(resource, id=id_))
    outputs = found.outputs if found else dict(resource.inputs)
    reasons = ("its creation was interrupted",)
    there = replace(resource, id=id_, outputs=outputs, init_errors=reasons)
    before = run.journal.live(resource.urn)
    if before is None:
        run.journal.commit(operation, found=there)
    elif before.pending_replacement:
        run.journal.commit(operation, instead=(before, there))
    else:
        run.journal.commit(operation, found=there, instead=(before, replace(before, delete=True)))
    _warn(run, f"{resource.urn}: found as {id_}, created by an interrupted run")


def _is_recorded(run: Run, resource: ResourceState, id_: str) -> bool:
    everything = run.journal.snapshot().resources
    return any((known.type, known.id) == (resource.type, id_) and not known.pending_replacement for known in everything)


def _changing(run: Run, provider: Provider, operation: Operation) -> None:
    """An interrupted update or deletion: see what is there now."""
    resource = _recorded_as(run, operation.resource)
    if resource is None:
        _unrecorded(run, provider, operation)
        return
    hidden = secret_keys(operation.resource.inputs).union(resource.additional_secret_outputs)
    found = _read(provider, replace(resource, additional_secret_outputs=tuple(sorted(hidden))))
    if found is not None and not found.id:
        run.journal.commit(operation, instead=(resource, replace(resource, pending_replacement=True)))
        _warn(run, f"{resource.urn}: is gone; an interrupted run deleted it")
        return
    reasons = ("its last change was interrupted",) if operation.kind == "updating" else resource.init_errors
    now = replace(resource, init_errors=reasons, outputs=found.outputs if found else resource.outputs)
    run.journal.commit(operation, instead=(resource, _careful(now, operation.resource)))


def _careful(recorded: ResourceState, declared: ResourceState) -> ResourceState:
    """`recorded` with the more careful of its options and those of the change whose end is not known.

    What either protects or retains stays; only what both have go with the same other one needs no call of its own.
    """
    return replace(
        recorded,
        protect=recorded.protect or declared.protect,
        retain_on_delete=recorded.retain_on_delete or declared.retain_on_delete,
        deleted_with=recorded.deleted_with if recorded.deleted_with == declared.deleted_with else "",
    )


def _unrecorded(run: Run, provider: Provider, operation: Operation) -> None:
    """A deletion that was to come about with another one: recorded again where that did not happen.

    Where the other one is gone and this one still there, nothing will take it along any more: it needs a call.
    """
    resource = operation.resource
    found = _read(provider, resource) if operation.kind == "deleting" else None
    if found is None or not found.id:
        run.journal.settle(operation)
        return
    known = {one.urn: one for one in run.journal.snapshot().resources}
    outer = known.get(resource.deleted_with)
    if outer is not None and outer.pending_replacement:
        resource = replace(resource, deleted_with="")
    there = replace(resource, delete=resource.urn in known)
    run.journal.commit(operation, found=without_references(there, there.references() - known.keys()))


def _recorded_as(run: Run, resource: ResourceState) -> ResourceState | None:
    everything = run.journal.snapshot().resources
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


def _warn(run: Run, message: str) -> None:
    run.tell(EventKind.LOG, None, f"warning: {message}")
