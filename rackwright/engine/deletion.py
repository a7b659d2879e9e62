"""Deleting: in which order (pure), and carrying it out in parallel."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from rackwright.engine.plan import EventKind
from rackwright.engine.provider_resources import Providers
from rackwright.engine.registry import reference
from rackwright.engine.run import REFUSALS, Run, planned
from rackwright.engine.state import Operation, ResourceState, without_references
from rackwright.engine.step import Op, PlannedStep, sorted_by_need
from rackwright.engine.urn import is_default_provider, is_provider


def blockers(going: Sequence[ResourceState]) -> dict[int, set[int]]:
    """For every index of `going` the indices that must be gone before it: what refers to it."""
    places: dict[str, list[int]] = {}
    for index, resource in enumerate(going):
        places.setdefault(resource.urn, []).append(index)
    first: dict[int, set[int]] = {index: set() for index in range(len(going))}
    for index, resource in enumerate(going):
        for urn in resource.references():
            for needed in places.get(urn, ()):
                if needed != index:
                    first[needed].add(index)
    return first


def _turned(first: Mapping[int, set[int]]) -> dict[int, list[int]]:
    """For every index those that wait for it, from those that each one waits for."""
    waiting: dict[int, list[int]] = {index: [] for index in first}
    for index, needed in first.items():
        for other in needed:
            waiting[other].append(index)
    return waiting


def in_deletion_order(going: Sequence[ResourceState]) -> list[ResourceState]:
    """`going` so that each comes after all that refer to it; ties by URN, so the same for every run."""
    keys = {index: f"{resource.urn} {resource.id}\n{index:09}" for index, resource in enumerate(going)}
    back = {key: index for index, key in keys.items()}
    order = sorted_by_need({keys[index]: {keys[n] for n in first} for index, first in blockers(going).items()})
    return [going[back[key]] for key in order]


class Deletion:
    """Deletes recorded resources, dependents first."""

    def __init__(self, run: Run, providers: Providers, going: Sequence[ResourceState]) -> None:
        self._run, self._providers = run, providers
        self._going = in_deletion_order(going)
        self._left = Counter(resource.urn for resource in going if self._takes_along(resource))
        """How many of a name are still to go: replaced ones bear the name of what replaced them."""
        self._urns = frozenset(self._left)
        self._counting = threading.Lock()
        self._inside: dict[str, list[Operation]] = {}
        """Deletions that come about with that of the resource named, left open until it is gone."""
        self._late: list[ResourceState] = []
        """Providers of such deletions: recorded until these are settled, for nobody else can be asked about them."""

    def run(self) -> None:
        """Refuse guarded resources before anything is deleted, then delete. A failure lets running deletions end."""
        for resource in self._going:
            if self._op(resource) is Op.DELETE and not self._run.options.unprotect:
                self._run.refuse_guarded(resource, "delete")
        if self._run.preview:
            for resource in self._going:
                self._forget(resource)
        else:
            self._parallel()
            self._forget_late()

    def _parallel(self) -> None:
        left = blockers(self._going)
        waiting = _turned(left)
        free = [index for index, first in left.items() if not first]
        running: dict[Future[None], int] = {}
        with ThreadPoolExecutor(self._run.options.parallel, thread_name_prefix="delete") as pool:
            while free or running:
                for index in sorted(free) if not self._run.stopping else ():
                    running[pool.submit(self._delete, self._going[index])] = index
                free = []
                if not running:
                    return
                for future in self._wait(running):
                    gone = running.pop(future)
                    future.result()
                    for index in waiting[gone]:
                        left[index].discard(gone)
                    free += [index for index in waiting[gone] if not left[index]]

    def _wait(self, running: dict[Future[None], int]) -> set[Future[None]]:
        """Those that are done; when interrupted, no further deletion is begun."""
        try:
            return wait(running, return_when=FIRST_COMPLETED).done
        except BaseException as cause:
            self._run.stop(cause)
            raise

    def _op(self, resource: ResourceState) -> Op:
        if resource.external or resource.retain_on_delete:
            return Op.FORGET
        return Op.DELETE_REPLACED if resource.delete or resource.pending_replacement else Op.DELETE

    def _takes_along(self, resource: ResourceState) -> bool:
        """Whether its deletion is still to come and takes along what is inside it."""
        return self._op(resource) is not Op.FORGET and not resource.pending_replacement

    def _needs_call(self, resource: ResourceState) -> bool:
        """Whether a provider has to delete it; the rest only leaves the state."""
        owned = resource.custom and not is_provider(resource.type) and not resource.pending_replacement
        return owned and self._op(resource) is not Op.FORGET and resource.deleted_with not in self._urns

    def _delete(self, resource: ResourceState) -> None:
        if self._run.stopping:
            return
        if not self._needs_call(resource):
            self._forget(resource)
            return
        run = self._run
        with run.guarded():
            provider = self._providers.recorded(resource)
            step = planned(self._op(resource), resource, recorded=provider.records_only(resource.type))
            run.tell(EventKind.STARTED, step)
            began = time.monotonic()
            operation = run.journal.begin("deleting", resource)
            try:
                provider.delete(resource)
            except REFUSALS as refusal:
                run.note_failure(step, refusal)
                return
            run.journal.commit(operation, remove=resource)
            self._gone_with(resource)
            self._note(step, time.monotonic() - began)

    def _gone_with(self, resource: ResourceState) -> None:
        """What was inside `resource` is gone too, once none of its name is left."""
        with self._counting:
            self._left[resource.urn] -= self._takes_along(resource)
            ended = () if self._left[resource.urn] else self._inside.pop(resource.urn, ())
        for operation in ended:
            self._run.journal.settle(operation)
            self._gone_with(operation.resource)

    def _forget(self, resource: ResourceState) -> None:
        """Take it out of the record. What goes with another one stays an open deletion until that one is gone."""
        if resource.deleted_with in self._urns and resource.custom and not self._run.preview:
            operation = self._run.journal.begin("deleting", resource)
            self._inside.setdefault(resource.deleted_with, []).append(operation)
        if is_provider(resource.type) and self._asked(resource):
            kept = without_references(resource, resource.references())
            self._late.append(kept)
            self._run.journal.commit(instead=(resource, kept))
        else:
            self._run.journal.commit(remove=resource, save=False)
            self._run.journal.mark_changed()
        self._note(planned(self._op(resource), resource, recorded=self._recorded(resource)), 0.0)

    def _asked(self, provider: ResourceState) -> bool:
        """Whether a deletion that is left open belongs to `provider`."""
        left = [operation for operations in list(self._inside.values()) for operation in operations]
        return any(operation.resource.provider == reference(provider) for operation in left)

    def _forget_late(self) -> None:
        """Take the providers out of the record about whose resources nothing is open any more."""
        for provider in self._late:
            if not self._asked(provider):
                self._run.journal.commit(remove=provider)

    def _recorded(self, resource: ResourceState) -> bool:
        if not self._needs_call(resource):
            return False
        return self._providers.recorded(resource).records_only(resource.type)

    def _note(self, step: PlannedStep, elapsed_s: float) -> None:
        if step.op is not Op.DELETE_REPLACED and not is_default_provider(step.urn):
            self._run.steps.append(step)
        kind = EventKind.PLANNED if self._run.preview else EventKind.FINISHED
        self._run.tell(kind, step, elapsed_s=elapsed_s)
