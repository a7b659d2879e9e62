"""Replacing with deletion first: what must go before the old resource, and making it go.

A resource whose new properties are not yet registered may depend on the old one. It is deleted too, and stays as a
placeholder until its own registration creates it anew. One whose replacement exists already goes for good.
"""

from __future__ import annotations

from dataclasses import replace

from rackwright.engine.backend import now
from rackwright.engine.properties import UNKNOWN_WIRE
from rackwright.engine.provider_resources import Providers
from rackwright.engine.run import Run
from rackwright.engine.state import ResourceState
from rackwright.engine.step import Op, decide
from rackwright.engine.urn import is_provider


def delete_first(run: Run, providers: Providers, old: ResourceState) -> ResourceState:
    """Delete `old` and whatever must be replaced with it; give the placeholder that stays in its place.

    Waits for dependents that are being carried out at this moment, and keeps them from beginning meanwhile.
    """
    with run.claimed(lambda: run.journal.referring(old.urn)):
        for dependent in _replaced_with(run, providers, old):
            if not dependent.delete:
                run.refuse_guarded(dependent, "replace")
            _delete(run, providers, dependent)
        return _delete(run, providers, old)


def _delete(run: Run, providers: Providers, old: ResourceState) -> ResourceState:
    """Delete one resource; its placeholder takes its place unless its replacement exists already."""
    placeholder = replace(old, pending_replacement=True, modified=now())
    outcome = {"remove": old} if old.delete else {"instead": (old, placeholder)}
    if run.preview or old.retain_on_delete:
        run.journal.commit(**outcome)
        return placeholder
    operation = run.journal.begin("deleting", old)
    providers.recorded(old).delete(old)
    run.journal.commit(operation, **outcome)
    return placeholder


def _replaced_with(run: Run, providers: Providers, root: ResourceState) -> list[ResourceState]:
    """What goes with `root`; first those to go first. Only what this run has not registered can still refer to it."""
    going, found = {root.urn}, list[ResourceState]()
    for resource in run.journal.untouched():
        owned = resource.custom and not (
            resource.external or resource.pending_replacement or is_provider(resource.type)
        )
        if owned and resource is not root and _must_follow(providers, resource, going):
            going.add(resource.urn)
            found.insert(0, resource)
    return found


def _must_follow(providers: Providers, resource: ResourceState, going: set[str]) -> bool:
    """Whether `resource` is inside one of `going`, or would be replaced if what it takes from them became unknown."""
    if resource.provider_urn in going or resource.deleted_with in going:
        return True
    touched = {key for key, urns in resource.property_dependencies.items() if going.intersection(urns)}
    if resource.delete or not touched:
        return resource.delete and bool(going & resource.references())
    inputs = {key: UNKNOWN_WIRE if key in touched else value for key, value in resource.inputs.items()}
    answer = providers.recorded(resource).diff(resource, inputs, resource.ignore_changes)
    return decide(resource, inputs, answer, replace_on=resource.replace_on_changes).op is Op.REPLACE
