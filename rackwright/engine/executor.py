"""Carries out what a program registers: check, judge, decide (`step`), record, call the provider, record again.

Registrations come from many threads at once; each is carried out on the thread that brings it, and the SDK only
registers a resource when all it needs is done, so independent resources go in parallel. After a failure running steps
end and new ones are not begun.
"""

from __future__ import annotations

from dataclasses import replace

from rackwright.diagnostics import InputError
from rackwright.engine.backend import now
from rackwright.engine.paths import keep_old
from rackwright.engine.properties import UNKNOWN_WIRE, PropertyChange, Props
from rackwright.engine.provider import InitFailed, Provider, ProviderError
from rackwright.engine.provider_resources import Providers
from rackwright.engine.registration import Goal
from rackwright.engine.replacement import delete_first
from rackwright.engine.run import REFUSALS, Run, planned, refuse_mistakes
from rackwright.engine.state import ResourceState
from rackwright.engine.step import Decision, Diff, Op, decide, unchanged_record
from rackwright.engine.urn import is_default_provider, is_provider

_UNASKED = Diff()
"""Stands for the answer of a provider that is not asked: the inputs are compared."""


class Executor:
    """Makes the goals of a program true."""

    def __init__(self, run: Run, providers: Providers) -> None:
        self.run, self.providers = run, providers

    def register(self, goal: Goal) -> ResourceState:
        """Make `goal` true. Raises `Stopped` or `Failed`."""
        with self.run.guarded():
            former = self.run.admit(goal)
            with self.run.claimed(lambda: {goal.urn, *former}):
                if not goal.custom:
                    return self._component(goal, former)
                if is_provider(goal.type):
                    return self.providers.register(goal, former)
                return self._resource(goal, former)

    def _component(self, goal: Goal, former: list[str]) -> ResourceState:
        old = self.run.recall(goal, former)
        self.run.judge(goal, goal.inputs, None)
        state = self.run.state(goal, goal.inputs, old, outputs=dict(old.outputs) if old else {})
        changed = decide(old, goal.inputs, _UNASKED) if old else Decision(Op.CREATE)
        step = planned(changed.op, state, changed.diff)
        with self.run.carrying_out(step):
            return self.run.record(state, old)

    def finish(self, urn: str, outputs: Props) -> None:
        """Record the outputs of a component or of the stack."""
        with self.run.guarded():
            old = self.run.journal.live(urn)
            if old is None:
                return
            new = replace(old, outputs=outputs)
            self.run.journal.commit(instead=(old, new), save=False)
            if not unchanged_record(old, new):
                self.run.journal.mark_changed()

    def _resource(self, goal: Goal, former: list[str]) -> ResourceState:
        provider, ref = self.providers.of(goal.provider, goal.package, goal.version)
        old = self.run.recall(goal, former)
        if goal.read_id:
            return self._read(goal, provider, ref, old)
        if old is not None and old.external:
            self.run.journal.commit(remove=old, save=False)
            old = None
        if goal.import_id and (old is None or old.id != goal.import_id != old.import_id):
            return self._import(goal, provider, ref, old)
        if old is None or old.pending_replacement or provider.never_made(old):
            return self._create(goal, provider, ref, old)
        return self._change(goal, provider, ref, old)

    # --- creating, reading, importing ---------------------------------------------------------------------------------

    def _create(self, goal: Goal, provider: Provider, ref: str, placeholder: ResourceState | None) -> ResourceState:
        inputs = self._checked(goal, provider, ref, {}, goal.inputs, placeholder.id if placeholder else "")
        state = self.run.state(goal, inputs, None, provider=ref)
        again = placeholder is not None and placeholder.pending_replacement
        step = planned(Op.REPLACE if again else Op.CREATE, state, recorded=provider.records_only(goal.type))
        with self.run.carrying_out(step):
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
        operation = None if self.run.preview else self.run.journal.begin("creating", state)
        try:
            id_, outputs = provider.create(state, preview=self.run.preview)
        except InitFailed as refusal:
            half = replace(state, id=refusal.id, outputs=refusal.properties, init_errors=refusal.reasons)
            self.run.journal.commit(operation, add=half, remove=remove, instead=instead)
            raise
        except REFUSALS:
            if operation is not None and not provider.can_settle:
                self.run.journal.settle(operation)
            raise
        done = replace(state, id=id_, outputs=outputs)
        self.run.journal.commit(operation, add=done, remove=remove, instead=instead)
        return done

    def _read(self, goal: Goal, provider: Provider, ref: str, old: ResourceState | None) -> ResourceState:
        if old is not None and not old.external:
            raise InputError(
                f"{goal.name!r} belongs to this stack (id {old.id!r}) and cannot become one that is only read",
                where=goal.urn,
                hint="give what is read another name",
            )
        unknown = goal.read_id == UNKNOWN_WIRE or not provider.configured
        state = replace(self.run.state(goal, goal.inputs, old, provider=ref), external=True, id=goal.read_id)
        with self.run.carrying_out(planned(Op.READ, state)):
            if not unknown:
                found = provider.read(state)
                if not found.id:
                    raise ProviderError(f"there is no {goal.type} with the id {goal.read_id!r}")
                state = replace(state, id=found.id, outputs=found.outputs, inputs=found.inputs or state.inputs)
            return self.run.record(replace(state, id="") if unknown else state, old)

    def _import(self, goal: Goal, provider: Provider, ref: str, old: ResourceState | None) -> ResourceState:
        if old is not None:
            raise InputError(
                f"{goal.name!r} is recorded with the id {old.id!r} and cannot be imported as {goal.import_id!r}",
                where=goal.urn,
                hint="remove the import option, or give the resource another name",
            )
        inputs = self._checked(goal, provider, ref, {}, goal.inputs, "")
        state = replace(self.run.state(goal, inputs, None, provider=ref), id=goal.import_id, import_id=goal.import_id)
        with self.run.carrying_out(planned(Op.IMPORT, state)):
            found = provider.read(replace(state, inputs={}))
            if not found.id:
                raise ProviderError(f"there is no {goal.type} with the id {goal.import_id!r} to import")
            there = replace(state, id=found.id, outputs=found.outputs, inputs=found.inputs or inputs)
            verdict = decide(there, inputs, provider.diff(there, inputs, goal.ignore_changes))
            if verdict.op is not Op.SAME:
                raise ProviderError(f"what is to be imported differs in {_paths(verdict.diff)}: set these as they are")
            return self.run.record(replace(there, inputs=inputs), None)

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
        state = self.run.state(goal, inputs, old, provider=ref)
        if verdict.op is Op.REPLACE:
            return self._replace(goal, provider, ref, old, verdict)
        step = planned(verdict.op, state, verdict.diff, recorded=recorded)
        with self.run.carrying_out(step):
            if verdict.op is Op.SAME:
                return self.run.record(replace(state, outputs=dict(old.outputs)), old)
            return self._updated(state, provider, old)

    def _updated(self, state: ResourceState, provider: Provider, old: ResourceState) -> ResourceState:
        state = replace(state, modified=now())
        operation = None if self.run.preview else self.run.journal.begin("updating", state)
        try:
            outputs = provider.update(old, state, preview=self.run.preview)
        except InitFailed as refusal:
            half = replace(state, outputs=refusal.properties, init_errors=refusal.reasons)
            self.run.journal.commit(operation, add=half, remove=old)
            raise
        done = replace(state, outputs=outputs)
        self.run.journal.commit(operation, add=done, remove=old)
        return done

    def _replace(
        self, goal: Goal, provider: Provider, ref: str, old: ResourceState, verdict: Decision
    ) -> ResourceState:
        inputs = self._checked(goal, provider, ref, {}, keep_old(goal.inputs, old.inputs, goal.ignore_changes), old.id)
        state = self.run.state(goal, inputs, None, provider=ref)
        step = planned(Op.REPLACE, state, verdict.diff, recorded=provider.records_only(goal.type))
        self.run.refuse_guarded(old, "replace")
        with self.run.carrying_out(step):
            if not verdict.delete_first:
                return self._created(state, provider, replaced=old)
            placeholder = delete_first(self.run, self.providers, old)
            return self._created(state, provider, remove=placeholder)

    def _checked(self, goal: Goal, provider: Provider, ref: str, olds: Props, news: Props, generation: str) -> Props:
        """Checked, mended and judged inputs. Raises `Failed` (preview) or `Stopped` when the provider refuses them."""
        step = planned(Op.CREATE, self.run.state(goal, news, None, provider=ref))
        with self.run.reporting(step):
            inputs, mistakes = provider.check(goal.urn, olds, news, generation)
            refuse_mistakes(mistakes)
        described = self.run.journal.live(ref.rpartition("::")[0])
        inputs = self.run.mended(goal, inputs, described)
        self.run.judge(goal, inputs, described)
        return inputs


def _paths(diff: tuple[PropertyChange, ...]) -> str:
    return ", ".join(f"{change.path} (is {change.old!r}, declared {change.new!r})" for change in diff) or "something"


def _other_provider(old: str, new: str) -> bool:
    """Whether `new` is another provider than `old`; two default ones of a package are the same in this respect."""
    (old_urn, _, old_id), (new_urn, _, new_id) = old.rpartition("::"), new.rpartition("::")
    if is_default_provider(old_urn) and is_default_provider(new_urn):
        return False
    return (old_urn, old_id) != (new_urn, new_id)
