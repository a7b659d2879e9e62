"""Refresh: read every owned resource and record what it is now."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from rackwright.engine.backend import now
from rackwright.engine.plan import EventKind
from rackwright.engine.properties import PropertyChange, changes
from rackwright.engine.provider import Found, ProviderError
from rackwright.engine.provider_resources import Providers
from rackwright.engine.run import REFUSALS, Run, planned
from rackwright.engine.state import ResourceState
from rackwright.engine.step import Op
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
    elif diff := drift(resource, found):
        there = replace(resource, outputs=found.outputs, inputs=found.inputs or resource.inputs, modified=now())
        run.journal.commit(instead=(resource, there))
        step = planned(Op.REFRESH, there, diff, recorded=recorded)
    else:
        step = planned(Op.SAME, resource, recorded=recorded)
    run.steps.append(step)
    run.tell(EventKind.PLANNED if run.preview else EventKind.FINISHED, step)


def drift(resource: ResourceState, found: Found) -> tuple[PropertyChange, ...]:
    """What differs between the record (old) and what is there (new): inputs where the provider reads them."""
    if found.inputs is not None and (diff := tuple(changes(resource.inputs, found.inputs))):
        return diff
    return tuple(changes(resource.outputs, found.outputs))
