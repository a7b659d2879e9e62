"""Carries out what a program registers: check, judge, decide (`step`), record, call the provider, record again.

Registrations come from many threads at once; each is carried out on the thread that brings it, and the SDK only
registers a resource when all it needs is done, so independent resources go in parallel. After a failure running steps
end and new ones are not begun.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from rackwright.diagnostics import CapacityError, ClusterError, InputError, PolicyRefused, Problem
from rackwright.engine.backend import now
from rackwright.engine.journal import Journal
from rackwright.engine.paths import keep_old
from rackwright.engine.plan import Event, EventKind, FailedStep, Options, PolicyDiagnostic
from rackwright.engine.policy import Policies
from rackwright.engine.properties import UNKNOWN_WIRE, PropertyChange, Props, contains_unknown, masked, secret
from rackwright.engine.provider import InitFailed, Provider, ProviderError
from rackwright.engine.registration import Goal, sorted_unique
from rackwright.engine.registry import Registry, reference
from rackwright.engine.state import ResourceState
from rackwright.engine.step import Decision, Diff, Op, PlannedStep, decide, unchanged_record
from rackwright.engine.urn import (
    PROVIDER_PREFIX,
    former_urns,
    is_default_provider,
    is_provider,
    name_of,
    type_of,
    urn_for,
)


class Stopped(Exception):
    """The run is ending: this step is not begun."""


class Failed(Exception):
    """The step failed and that is recorded; the program may go on without it (preview)."""

    def __init__(self, urn: str) -> None:
        super().__init__(urn)
        self.urn = urn


_UNASKED = Diff()
"""Stands for the answer of a provider that is not asked: the inputs are compared."""

REFUSALS = (ProviderError, InitFailed, CapacityError)
"""What a provider may raise without breaking the engine."""


class Executor:
    """One run's steps on one stack."""

    def __init__(self, options: Options, journal: Journal, *, preview: bool) -> None:
        self.options, self.journal, self.preview = options, journal, preview
        self.registry = Registry(options.providers)
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
        self._default_locks: dict[str, threading.Lock] = {}

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
            raise

    def tell(self, kind: EventKind, step: PlannedStep | None, message: str = "", elapsed_s: float = 0.0) -> None:
        """Pass an event to whoever listens."""
        self.options.on_event(Event(kind, step, message, elapsed_s))

    # --- one registration ---------------------------------------------------------------------------------------------

    def register(self, goal: Goal) -> ResourceState:
        """Make `goal` true. Raises `Stopped` or `Failed`."""
        with self.guarded():
            former = self._admit(goal)
            if not goal.custom:
                return self._component(goal, former)
            if is_provider(goal.type):
                return self._provider(goal, former)
            return self._resource(goal, former)

    def _admit(self, goal: Goal) -> list[str]:
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

    def _recorded(self, goal: Goal, former: list[str]) -> ResourceState | None:
        """What is recorded for `goal`, under its own or a former name."""
        found = self.journal.find([goal.urn, *former])
        if found is not None and found.urn != goal.urn:
            self.journal.rename(found.urn, goal.urn)
            found = self.journal.find([goal.urn])
        return found

    def _component(self, goal: Goal, former: list[str]) -> ResourceState:
        old = self._recorded(goal, former)
        self._judge(goal, goal.inputs, None)
        state = self._state(goal, goal.inputs, old, outputs=dict(old.outputs) if old else {})
        changed = decide(old, goal.inputs, _UNASKED) if old else Decision(Op.CREATE)
        step = self._step(changed.op, state, changed.diff)
        with self._carrying_out(step):
            return self._record(state, old)

    def finish(self, urn: str, outputs: Props) -> None:
        """Record the outputs of a component or of the stack."""
        with self.guarded():
            old = self.journal.live(urn)
            if old is None:
                return
            new = replace(old, outputs=outputs)
            self.journal.commit(instead=(old, new), save=False)
            if not unchanged_record(old, new):
                self.journal.mark_changed()

    def _resource(self, goal: Goal, former: list[str]) -> ResourceState:
        provider, ref = self._provider_of(goal.provider, goal.package, goal.version)
        old = self._recorded(goal, former)
        if goal.read_id:
            return self._read(goal, provider, ref, old)
        if old is not None and old.external:
            self.journal.commit(remove=old, save=False)
            old = None
        if goal.import_id and (old is None or old.id != goal.import_id != old.import_id):
            return self._import(goal, provider, ref, old)
        if old is None or old.pending_replacement:
            return self._create(goal, provider, ref, old)
        return self._change(goal, provider, ref, old)

    # --- creating, reading, importing ---------------------------------------------------------------------------------

    def _create(self, goal: Goal, provider: Provider, ref: str, placeholder: ResourceState | None) -> ResourceState:
        inputs = self._checked(goal, provider, ref, {}, goal.inputs, placeholder.id if placeholder else "")
        state = self._state(goal, inputs, None, provider=ref)
        step = self._step(Op.REPLACE if placeholder else Op.CREATE, state, recorded=provider.records_only(goal.type))
        with self._carrying_out(step):
            return self._created(state, provider, remove=placeholder)

    def _created(
        self,
        state: ResourceState,
        provider: Provider,
        *,
        remove: ResourceState | None = None,
        replaced: ResourceState | None = None,
    ) -> ResourceState:
        """Create `state` and record it, in place of the placeholder `remove` or besides the `replaced` one."""
        instead = (replaced, replace(replaced, delete=True, modified=now())) if replaced else None
        operation = None if self.preview else self.journal.begin("creating", state)
        try:
            id_, outputs = provider.create(state, preview=self.preview)
        except InitFailed as refusal:
            half = replace(state, id=refusal.id, outputs=refusal.properties, init_errors=refusal.reasons)
            self.journal.commit(operation, add=half, remove=remove, instead=instead)
            raise
        except REFUSALS:
            if operation is not None and not provider.can_settle:
                self.journal.settle(operation)
            raise
        done = replace(state, id=id_, outputs=outputs)
        self.journal.commit(operation, add=done, remove=remove, instead=instead)
        return done

    def _read(self, goal: Goal, provider: Provider, ref: str, old: ResourceState | None) -> ResourceState:
        unknown = goal.read_id == UNKNOWN_WIRE or not provider.configured
        state = replace(self._state(goal, goal.inputs, old, provider=ref), external=True, id=goal.read_id)
        with self._carrying_out(self._step(Op.READ, state)):
            if not unknown:
                found = provider.read(state)
                if not found.id:
                    raise ProviderError(f"there is no {goal.type} with the id {goal.read_id!r}")
                state = replace(state, id=found.id, outputs=found.outputs, inputs=found.inputs or state.inputs)
            return self._record(replace(state, id="") if unknown else state, old)

    def _import(self, goal: Goal, provider: Provider, ref: str, old: ResourceState | None) -> ResourceState:
        if old is not None:
            raise InputError(
                f"{goal.name!r} is recorded with the id {old.id!r} and cannot be imported as {goal.import_id!r}",
                where=goal.urn,
                hint="remove the import option, or give the resource another name",
            )
        inputs = self._checked(goal, provider, ref, {}, goal.inputs, "")
        state = replace(self._state(goal, inputs, None, provider=ref), id=goal.import_id, import_id=goal.import_id)
        with self._carrying_out(self._step(Op.IMPORT, state)):
            found = provider.read(replace(state, inputs={}))
            if not found.id:
                raise ProviderError(f"there is no {goal.type} with the id {goal.import_id!r} to import")
            there = replace(state, id=found.id, outputs=found.outputs, inputs=found.inputs or inputs)
            verdict = decide(there, inputs, provider.diff(there, inputs, goal.ignore_changes))
            if verdict.op is not Op.SAME:
                raise ProviderError(f"what is to be imported differs in {_paths(verdict.diff)}: set these as they are")
            return self._record(replace(there, inputs=inputs), None)

    # --- changing -----------------------------------------------------------------------------------------------------

    def _change(self, goal: Goal, provider: Provider, ref: str, old: ResourceState) -> ResourceState:
        wanted = keep_old(goal.inputs, old.inputs, goal.ignore_changes)
        inputs = self._checked(goal, provider, ref, old.inputs, wanted, "")
        inputs = keep_old(inputs, old.inputs, goal.ignore_changes)
        recorded = provider.records_only(goal.type)
        verdict = decide(
            old,
            inputs,
            provider.diff(old, inputs, goal.ignore_changes),
            replace_on=goal.replace_on_changes,
            delete_first=goal.delete_before_replace,
            provider_changed=_other_provider(old.provider, ref),
        )
        state = self._state(goal, inputs, old, provider=ref)
        if verdict.op is Op.REPLACE:
            return self._replace(goal, provider, ref, old, verdict)
        step = self._step(verdict.op, state, verdict.diff, recorded=recorded)
        with self._carrying_out(step):
            if verdict.op is Op.SAME:
                return self._record(replace(state, outputs=dict(old.outputs)), old)
            return self._updated(state, provider, old)

    def _updated(self, state: ResourceState, provider: Provider, old: ResourceState) -> ResourceState:
        state = replace(state, modified=now())
        operation = None if self.preview else self.journal.begin("updating", state)
        try:
            outputs = provider.update(old, state, preview=self.preview)
        except InitFailed as refusal:
            half = replace(state, outputs=refusal.properties, init_errors=refusal.reasons)
            self.journal.commit(operation, add=half, remove=old)
            raise
        done = replace(state, outputs=outputs)
        self.journal.commit(operation, add=done, remove=old)
        return done

    def _replace(
        self, goal: Goal, provider: Provider, ref: str, old: ResourceState, verdict: Decision
    ) -> ResourceState:
        inputs = self._checked(goal, provider, ref, {}, keep_old(goal.inputs, old.inputs, goal.ignore_changes), old.id)
        state = self._state(goal, inputs, None, provider=ref)
        step = self._step(Op.REPLACE, state, verdict.diff, recorded=provider.records_only(goal.type))
        self.refuse_guarded(old, "replace")
        with self._carrying_out(step):
            if not verdict.delete_first:
                return self._created(state, provider, replaced=old)
            placeholder = self._delete_first(old, provider)
            return self._created(state, provider, remove=placeholder)

    def _delete_first(self, old: ResourceState, provider: Provider) -> ResourceState:
        """Delete `old` and whatever must be replaced with it; give the placeholder that stays in its place."""
        for dependent in self._replaced_with(old):
            self.refuse_guarded(dependent, "replace")
            self._emptied(dependent, self.provider_for(dependent))
        return self._emptied(old, provider)

    def _emptied(self, old: ResourceState, provider: Provider) -> ResourceState:
        placeholder = replace(old, pending_replacement=True, modified=now())
        if self.preview or old.retain_on_delete:
            self.journal.commit(instead=(old, placeholder))
            return placeholder
        operation = self.journal.begin("deleting", old)
        provider.delete(old)
        self.journal.commit(operation, instead=(old, placeholder))
        return placeholder

    def _replaced_with(self, root: ResourceState) -> list[ResourceState]:
        """Recorded resources, not registered yet, that a deletion of `root` replaces too; first those to go first."""
        going, found = {root.urn}, list[ResourceState]()
        for resource in self.journal.untouched():
            owned = resource.custom and not (resource.external or resource.delete or resource.pending_replacement)
            if owned and not is_provider(resource.type) and self._must_follow(resource, going):
                going.add(resource.urn)
                found.insert(0, resource)
        return found

    def _must_follow(self, resource: ResourceState, going: set[str]) -> bool:
        """Whether `resource` would be replaced if everything it takes from `going` became unknown."""
        if resource.provider_urn in going:
            return True
        touched = {key for key, urns in resource.property_dependencies.items() if going.intersection(urns)}
        if not touched:
            return False
        inputs = {key: UNKNOWN_WIRE if key in touched else value for key, value in resource.inputs.items()}
        answer = self.provider_for(resource).diff(resource, inputs, resource.ignore_changes)
        return decide(resource, inputs, answer, replace_on=resource.replace_on_changes).op is Op.REPLACE

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

    # --- providers ----------------------------------------------------------------------------------------------------

    def _provider(self, goal: Goal, former: list[str]) -> ResourceState:
        """A provider resource: it has no create or update call; configuring it is all."""
        provider = self.registry.make(goal.type.removeprefix(PROVIDER_PREFIX), goal.urn)
        old = self._recorded(goal, former)
        wanted = {**goal.inputs, "version": goal.version} if goal.version else goal.inputs
        inputs, mistakes = provider.check_config(old, wanted)
        verdict = decide(old, inputs, provider.diff_config(old, inputs)) if old else Decision(Op.CREATE)
        kept = old if verdict.op in (Op.SAME, Op.UPDATE) else None
        state = self._state(goal, inputs, kept, outputs=dict(inputs))
        step = self._step(verdict.op, state, verdict.diff)
        with self._carrying_out(step):
            _refuse_mistakes(mistakes)
            self._judge(goal, inputs, None)
            if not contains_unknown(inputs):
                provider.configure(inputs)
            if kept is None:
                state = replace(state, id="" if self.preview else str(uuid.uuid4()))
                replaced = (old, replace(old, delete=True)) if old else None
                self.journal.commit(add=state, instead=replaced)
            else:
                state = self._record(state, kept)
            self.registry.keep(provider, state)
            return state

    def _provider_of(self, ref: str, package: str, version: str) -> tuple[Provider, str]:
        """The provider that `ref` names, else the default one of `package`; with its reference."""
        urn = ref.rpartition("::")[0] if ref else self._default(package, version)
        provider, state = self.registry.current(urn), self.journal.live(urn)
        if provider is None or state is None:
            raise InputError(f"the provider {ref} was not registered", where=ref)
        return provider, reference(state)

    def _default(self, package: str, version: str) -> str:
        """URN of the default provider of `package`, registered when it is first needed."""
        name = f"default_{version.replace('.', '_')}" if version else "default"
        goal = Goal(
            urn=urn_for(self.options.stack, "", PROVIDER_PREFIX + package, name),
            type=PROVIDER_PREFIX + package,
            name=name,
            custom=True,
            inputs=self._package_config(package),
            version=version,
        )
        with self._book:
            lock = self._default_locks.setdefault(goal.urn, threading.Lock())
        with lock:
            if self.registry.current(goal.urn) is None:
                self._admit(goal)
                self._provider(goal, [])
        return goal.urn

    def _package_config(self, package: str) -> Props:
        hidden, config = self.options.secret_config, self.options.config
        mine = {key: value for key, value in sorted(config.items()) if key.startswith(f"{package}:")}
        return {key.split(":", 1)[1]: secret(value) if key in hidden else value for key, value in mine.items()}

    def provider_for(self, resource: ResourceState) -> Provider:
        """The provider of a recorded resource."""
        return self.registry.recorded(resource.provider, self.journal.snapshot().resources)

    def invoke(self, token: str, arguments: Props, ref: str, version: str) -> Props | None:
        """Answer of a provider's function; None when it cannot be known yet. Raises `ProviderError`."""
        with self.guarded():
            provider, _ = self._provider_of(ref, token.split(":", 1)[0], version)
        if not provider.configured or contains_unknown(arguments):
            return None
        answer, mistakes = provider.invoke(token, arguments)
        _refuse_mistakes(mistakes)
        return None if contains_unknown(answer) else answer

    # --- parts of a step ----------------------------------------------------------------------------------------------

    def _checked(self, goal: Goal, provider: Provider, ref: str, olds: Props, news: Props, generation: str) -> Props:
        """Checked and judged inputs. Raises `Failed` (preview) or `Stopped` when the provider refuses them."""
        step = self._step(Op.CREATE, self._state(goal, news, None, provider=ref))
        with self._reporting(step):
            inputs, mistakes = provider.check(goal.urn, olds, news, generation)
            _refuse_mistakes(mistakes)
        self._judge(goal, inputs, self.journal.live(ref.rpartition("::")[0]))
        return inputs

    def _judge(self, goal: Goal, inputs: Mapping[str, Any], provider: ResourceState | None) -> None:
        """Ask the policy packs. Raises `PolicyRefused` when an apply must not go on."""
        for diagnostic in self.policies.analyze(goal, inputs, provider):
            self.note_diagnostic(diagnostic)
            if diagnostic.mandatory and not self.preview:
                raise PolicyRefused(
                    f"{diagnostic.policy}: {diagnostic.message}",
                    where=diagnostic.urn or goal.urn,
                    hint=diagnostic.description,
                )

    def note_diagnostic(self, diagnostic: PolicyDiagnostic) -> None:
        """Keep a policy's verdict and tell of it."""
        with self._book:
            if diagnostic in self.diagnostics:
                return
            self.diagnostics.append(diagnostic)
        self.tell(EventKind.DIAGNOSTIC, None, f"{diagnostic.policy}: {diagnostic.message}")

    def _state(
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

    def _record(self, state: ResourceState, old: ResourceState | None) -> ResourceState:
        """Record `state` in place of `old`; nothing is written when nothing differs."""
        if old is not None and unchanged_record(old, state):
            self.journal.commit(add=state, remove=old, save=False)
        else:
            self.journal.commit(add=state, remove=old)
        return state

    def _step(
        self, op: Op, state: ResourceState, diff: tuple[PropertyChange, ...] = (), *, recorded: bool = False
    ) -> PlannedStep:
        return planned(op, state, diff, recorded=recorded)

    @contextmanager
    def _carrying_out(self, step: PlannedStep) -> Iterator[None]:
        """Tell of `step`, time it, and note how it ended."""
        if not self.preview:
            self.tell(EventKind.STARTED, step)
        began = time.monotonic()
        with self._reporting(step):
            yield
        if not is_default_provider(step.urn):
            with self._book:
                self.steps.append(step)
            kind = EventKind.PLANNED if self.preview else EventKind.FINISHED
            self.tell(kind, step, elapsed_s=time.monotonic() - began)

    @contextmanager
    def _reporting(self, step: PlannedStep) -> Iterator[None]:
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


def _refuse_mistakes(mistakes: list[str]) -> None:
    if mistakes:
        raise ProviderError("; ".join(mistakes))


def _paths(diff: tuple[PropertyChange, ...]) -> str:
    return ", ".join(f"{change.path} (is {change.old!r}, declared {change.new!r})" for change in diff) or "something"


def _other_provider(old: str, new: str) -> bool:
    """Whether `new` is another provider than `old`; two default ones of a package are the same in this respect."""
    (old_urn, _, old_id), (new_urn, _, new_id) = old.rpartition("::"), new.rpartition("::")
    if is_default_provider(old_urn) and is_default_provider(new_urn):
        return False
    return (old_urn, old_id) != (new_urn, new_id)
