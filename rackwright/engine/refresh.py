"""Refresh: read every owned resource and record what it is now."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from rackwright.engine.backend import now
from rackwright.engine.plan import EventKind
from rackwright.engine.properties import PropertyChange, same_value
from rackwright.engine.provider import Found, ProviderError
from rackwright.engine.provider_resources import Providers
from rackwright.engine.run import REFUSALS, Run, planned
from rackwright.engine.state import ResourceState
from rackwright.engine.step import Diff, Op, decide
from rackwright.engine.urn import is_provider


def refresh_all(run: Run, providers: Providers) -> None:
    """Read all owned resources in parallel, then record what differs: changed ones, and those that are gone."""
    everything = run.journal.untouched()
    owned = [r for r in everything if r.custom and not (is_provider(r.type) or r.pending_replacement or r.delete)]
    with ThreadPoolExecutor(run.options.parallel, thread_name_prefix="refresh") as pool:
        for resource, found in zip(owned, pool.map(lambda r: _read(run, providers, r), owned), strict=True):
            if found is not None:
                _note(run, providers, resource, found)


def _read(run: Run, providers: Providers, resource: ResourceState) -> Found | None:
    if run.stopping:
        return None
    with run.guarded():
        try:
            return providers.recorded(resource).read(resource)
        except REFUSALS as refusal:
            if not (isinstance(refusal, ProviderError) and refusal.unimplemented):
                run.note_failure(planned(Op.REFRESH, resource), refusal)
    return None


def _note(run: Run, providers: Providers, resource: ResourceState, found: Found) -> None:
    recorded = providers.recorded(resource).records_only(resource.type)
    if not found.id:
        gone = replace(resource, pending_replacement=True, modified=now())
        run.journal.commit(instead=(resource, gone))
        step = planned(Op.DELETE, resource, recorded=recorded)
    else:
        there = replace(resource, outputs=found.outputs, inputs=found.inputs or resource.inputs, modified=now())
        diff = _drift(
            resource, there, providers.recorded(resource).diff(there, resource.inputs, resource.ignore_changes)
        )
        if not _same_bag(resource, there):
            run.journal.commit(instead=(resource, there))
        step = planned(Op.REFRESH if diff else Op.SAME, there, diff, recorded=recorded)
    run.steps.append(step)
    run.tell(EventKind.PLANNED if run.preview else EventKind.FINISHED, step)


def _same_bag(one: ResourceState, other: ResourceState) -> bool:
    return same_value(one.inputs, other.inputs) and same_value(one.outputs, other.outputs)


def _drift(recorded: ResourceState, there: ResourceState, answer: Diff) -> tuple[PropertyChange, ...]:
    """What somebody changed by hand: the record is old, what is there is new.

    It is what an apply of the recorded inputs would change back, turned round; the provider says which texts mean the
    same. What only the provider computes is brought up to date without a word.
    """
    back = decide(replace(there, init_errors=()), recorded.inputs, answer)
    return () if back.op is Op.SAME else tuple(_turned(change) for change in back.diff)


_OPPOSITE = {"add": "delete", "delete": "add", "update": "update"}


def _turned(change: PropertyChange) -> PropertyChange:
    return PropertyChange(change.path, _OPPOSITE[change.kind], change.new, change.old)
