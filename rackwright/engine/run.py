"""What the parts of one run share: the records, the policies, how steps are told, and when to stop."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rackwright.diagnostics import CapacityError, ClusterError, InputError, PolicyRefused, Problem
from rackwright.engine.backend import now
from rackwright.engine.journal import Journal
from rackwright.engine.plan import Event, EventKind, FailedStep, Options, PolicyDiagnostic
from rackwright.engine.policy import Policies
from rackwright.engine.properties import PropertyChange, Props, masked
from rackwright.engine.provider import InitFailed, ProviderError
from rackwright.engine.registration import Goal, sorted_unique
from rackwright.engine.state import ResourceState
from rackwright.engine.step import Op, PlannedStep, unchanged_record
from rackwright.engine.urn import former_urns, is_default_provider, name_of, type_of


class Stopped(Exception):
    """The run is ending: this step is not begun."""


class Failed(Exception):
    """The step failed and that is recorded; the program may go on without it (preview)."""

    def __init__(self, urn: str) -> None:
        super().__init__(urn)
        self.urn = urn


REFUSALS = (ProviderError, InitFailed, CapacityError)
"""What a provider may raise without breaking the engine."""


class Run:
    """One run on one stack: a preview, or a change."""

    def __init__(self, options: Options, journal: Journal, *, preview: bool) -> None:
        self.options, self.journal, self.preview = options, journal, preview
        self.policies = Policies(options.analyzers)
        self.steps: list[PlannedStep] = []
        self.failed: list[FailedStep] = []
        self.refusals: list[Problem] = []
        self.diagnostics: list[PolicyDiagnostic] = []
        self.fatal: BaseException | None = None
        """First error that is not one step's: a mistake in the program, a refused policy, a bug."""
        self._stopping = threading.Event()
        self._book = threading.Lock()
        self._seen: dict[str, list[str]] = {}
        self._busy: set[str] = set()
        self._released = threading.Condition()

    # --- for the whole run --------------------------------------------------------------------------------------------

    def stop(self, cause: BaseException | None = None) -> None:
        """Begin no further step."""
        with self._book:
            self.fatal = self.fatal or cause
        self._stopping.set()

    @property
    def stopping(self) -> bool:
        """Whether no further step is begun."""
        return self._stopping.is_set()

    @property
    def went_well(self) -> bool:
        """Whether nothing failed so far."""
        return not self.failed and self.fatal is None

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Turn what goes wrong inside into the end of the run. A kill leaves the records as they are."""
        if self.stopping:
            raise Stopped
        try:
            yield
        except (Stopped, Failed):
            raise
        except Exception as cause:
            self.stop(cause)
            raise Stopped from cause
        except BaseException as cause:
            self.journal.freeze()
            self.stop(cause)
            raise Stopped from cause

    def tell(self, kind: EventKind, step: PlannedStep | None, message: str = "", elapsed_s: float = 0.0) -> None:
        """Pass an event to whoever listens."""
        self.options.on_event(Event(kind, step, message, elapsed_s))

    # --- records ------------------------------------------------------------------------------------------------------

    def admit(self, goal: Goal) -> list[str]:
        """Note that `goal` was registered; give the URNs under which it may be recorded."""
        with self._book:
            if goal.urn in self._seen:
                raise InputError(
                    f"the program declares {goal.type} {goal.name!r} twice",
                    where=goal.urn,
                    hint="give one of them another name, or another parent",
                )
            former = former_urns(goal.urn, goal.parent, goal.aliases, self._seen.get(goal.parent, ()))
            self._seen[goal.urn] = former
        return former

    def recall(self, goal: Goal, former: list[str]) -> ResourceState | None:
        """What is recorded for `goal`, under its own or a former name."""
        found = self.journal.find([goal.urn, *former])
        if found is None or found.urn == goal.urn:
            return found
        with self.claimed(lambda: self.journal.referring(found.urn) - {goal.urn, *former}):
            self.journal.rename(found.urn, goal.urn)
        return self.journal.find([goal.urn])

    @contextmanager
    def claimed(self, urns: Callable[[], set[str]]) -> Iterator[None]:
        """Have the resources `urns` for this thread alone; wait until no other thread has one of them.

        All are taken at once, and who holds one waits only for what depends on it, so nobody waits in a circle.
        """
        with self._released:
            self._released.wait_for(lambda: self._busy.isdisjoint(urns()))
            mine = urns()
            self._busy |= mine
        try:
            yield
        finally:
            with self._released:
                self._busy -= mine
                self._released.notify_all()

    def state(
        self, goal: Goal, inputs: Props, old: ResourceState | None, *, provider: str = "", outputs: Props | None = None
    ) -> ResourceState:
        """The record of `goal`; id and times come from `old`, the same resource as recorded before."""
        return ResourceState(
            urn=goal.urn,
            type=goal.type,
            custom=goal.custom,
            id=old.id if old else "",
            inputs=inputs,
            outputs=outputs or {},
            parent=goal.parent,
            protect=goal.protect,
            dependencies=goal.dependencies,
            provider=provider,
            property_dependencies=goal.property_dependencies,
            additional_secret_outputs=goal.additional_secret_outputs,
            aliases=sorted_unique(alias.urn for alias in goal.aliases),
            custom_timeouts=goal.custom_timeouts,
            import_id=old.import_id if old else "",
            retain_on_delete=goal.retain_on_delete,
            deleted_with=goal.deleted_with,
            created=old.created if old else now(),
            modified=old.modified if old else now(),
            source_position=goal.source_position,
            ignore_changes=goal.ignore_changes,
            replace_on_changes=goal.replace_on_changes,
            extra=old.extra if old else {},
        )

    def record(self, state: ResourceState, old: ResourceState | None) -> ResourceState:
        """Record `state` in place of `old`; nothing is written when nothing differs."""
        if old is not None and unchanged_record(old, state):
            self.journal.commit(add=state, remove=old, save=False)
        else:
            self.journal.commit(add=state, remove=old)
        return state

    # --- steps --------------------------------------------------------------------------------------------------------

    @contextmanager
    def carrying_out(self, step: PlannedStep) -> Iterator[None]:
        """Tell of `step`, time it, and note how it ended."""
        silent = is_default_provider(step.urn)
        if not (self.preview or silent):
            self.tell(EventKind.STARTED, step)
        began = time.monotonic()
        with self.reporting(step):
            yield
        if not silent:
            with self._book:
                self.steps.append(step)
            kind = EventKind.PLANNED if self.preview else EventKind.FINISHED
            self.tell(kind, step, elapsed_s=time.monotonic() - began)

    @contextmanager
    def reporting(self, step: PlannedStep) -> Iterator[None]:
        """Turn a provider's refusal into a `FailedStep`. A preview goes on, to find all mistakes at once."""
        try:
            yield
        except REFUSALS as refusal:
            self.note_failure(step, refusal)
            if self.preview:
                raise Failed(step.urn) from refusal
            raise Stopped from refusal

    def note_failure(self, step: PlannedStep, refusal: Exception) -> None:
        """Keep a failed step and tell of it; an apply begins nothing after it."""
        capacity = isinstance(refusal, CapacityError) or (isinstance(refusal, ProviderError) and refusal.capacity)
        message = refusal.summary if isinstance(refusal, ClusterError) else str(refusal)
        with self._book:
            self.failed.append(FailedStep(step.urn, step.op, message, capacity))
        if not self.preview:
            self.stop()
        self.tell(EventKind.FAILED, step, message)

    # --- refusals -----------------------------------------------------------------------------------------------------

    def refuse_guarded(self, resource: ResourceState, verb: str) -> None:
        """Stop before a protected or stateful resource goes, unless this run may; a preview only notes it."""
        guard = "protected" if resource.protect else "stateful" if resource.type in self.options.stateful_types else ""
        if not guard or resource.urn in self.options.allow_replace or not resource.custom:
            return
        problem = Problem(
            where=resource.urn,
            summary=f"this would {verb} {name_of(resource.urn)!r} ({resource.type}), which is {guard}",
            hint=f"if its data may be lost: --allow-replace {resource.urn}",
        )
        if not self.preview:
            raise InputError(problem.summary, where=problem.where, hint=problem.hint)
        with self._book:
            self.refusals.append(problem)

    def judge(self, goal: Goal, inputs: Mapping[str, Any], provider: ResourceState | None) -> None:
        """Ask the policy packs about one resource. Raises as `take_verdicts`."""
        self.take_verdicts(self.policies.analyze(goal, inputs, provider))

    def mended(self, goal: Goal, inputs: Props, provider: ResourceState | None) -> Props:
        """`inputs` as the packs' remedies leave them; what they changed is told."""
        better, told = self.policies.mend(goal, inputs, provider)
        for text in told:
            self.tell(EventKind.DIAGNOSTIC, None, f"{name_of(goal.urn)}: mended: {text}")
        return better

    def take_verdicts(self, verdicts: Iterable[PolicyDiagnostic]) -> None:
        """Keep what policies said and tell of it. Raises `PolicyRefused` when an apply must not go on."""
        for verdict in verdicts:
            self._note_verdict(verdict)
            if verdict.mandatory and not self.preview:
                place = verdict.urn or None
                raise PolicyRefused(f"{verdict.policy}: {verdict.message}", where=place, hint=verdict.description)

    def _note_verdict(self, diagnostic: PolicyDiagnostic) -> None:
        with self._book:
            if diagnostic in self.diagnostics:
                return
            self.diagnostics.append(diagnostic)
        self.tell(EventKind.DIAGNOSTIC, None, f"{diagnostic.policy}: {diagnostic.message}")


def planned(
    op: Op, state: ResourceState, diff: tuple[PropertyChange, ...] = (), *, recorded: bool = False
) -> PlannedStep:
    """The step as shown to people."""
    return PlannedStep(
        op=op,
        urn=state.urn,
        type=type_of(state.urn),
        name=name_of(state.urn),
        parent=state.parent,
        diff=diff,
        recorded=recorded,
        provider=state.provider_urn,
        inputs=masked(state.inputs),
        dependencies=state.dependencies,
    )


def refuse_mistakes(mistakes: list[str]) -> None:
    """Raise `ProviderError` when a provider found mistakes."""
    if mistakes:
        raise ProviderError("; ".join(mistakes))
