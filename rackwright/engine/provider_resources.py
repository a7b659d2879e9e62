"""Provider resources: explicit ones that the program registers, default ones that it does not mention."""

from __future__ import annotations

import threading
import uuid
from dataclasses import replace

from rackwright.diagnostics import InputError
from rackwright.engine.properties import Props, contains_unknown, secret
from rackwright.engine.provider import Provider
from rackwright.engine.registration import Goal
from rackwright.engine.registry import Registry, reference
from rackwright.engine.run import Failed, Run, Stopped, planned, refuse_mistakes
from rackwright.engine.state import ResourceState
from rackwright.engine.step import Decision, Op, decide
from rackwright.engine.urn import PROVIDER_PREFIX, urn_for


class Providers:
    """The providers of one run and their records."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._registry = Registry(run.options.providers)
        self._lock = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}

    def close(self) -> None:
        """Let go of all; after a failure ask them to end what they are doing."""
        self._registry.close(cancel=not self._run.went_well)

    def register(self, goal: Goal, former: list[str]) -> ResourceState:
        """A provider resource: it has no create or update call; configuring it is all.

        Raises `Stopped`, in a preview too, when it cannot be configured: nothing can be said about its resources then.
        """
        try:
            return self._register(goal, former)
        except Failed as cause:
            self._run.stop()
            raise Stopped from cause

    def _register(self, goal: Goal, former: list[str]) -> ResourceState:
        provider = self._registry.make(goal.type.removeprefix(PROVIDER_PREFIX), goal.urn)
        old = self._run.recall(goal, former)
        wanted = {**goal.inputs, "version": goal.version} if goal.version else goal.inputs
        with self._run.reporting(planned(Op.CREATE, self._run.state(goal, wanted, old))):
            inputs, mistakes = provider.check_config(old, wanted)
            refuse_mistakes(mistakes)
            verdict = decide(old, inputs, provider.diff_config(old, inputs)) if old else Decision(Op.CREATE)
        kept = old if verdict.op in (Op.SAME, Op.UPDATE) else None
        state = self._run.state(goal, inputs, kept, outputs=dict(inputs))
        self._run.judge(goal, inputs, None)
        with self._run.carrying_out(planned(verdict.op, state, verdict.diff)):
            if not contains_unknown(inputs):
                provider.configure(inputs)
            state = self._recorded(state, old, kept)
            self._registry.keep(provider, state)
            return state

    def _recorded(self, state: ResourceState, old: ResourceState | None, kept: ResourceState | None) -> ResourceState:
        """`state` as recorded: in place of the `kept` one, or as a new provider beside the `old` one."""
        if kept is not None:
            return self._run.record(state, kept)
        new = replace(state, id="" if self._run.preview else str(uuid.uuid4()))
        self._run.journal.commit(add=new, instead=(old, replace(old, delete=True)) if old else None)
        return new

    def of(self, ref: str, package: str, version: str) -> tuple[Provider, str]:
        """The provider that `ref` names, else the default one of `package`; with its reference."""
        urn = ref.rpartition("::")[0] if ref else self._default(package, version)
        provider, state = self._registry.current(urn), self._run.journal.live(urn)
        if provider is None or state is None:
            raise InputError(f"the provider {ref} was not registered", where=ref)
        return provider, reference(state)

    def _default(self, package: str, version: str) -> str:
        """URN of the default provider of `package`, registered when it is first needed."""
        name = f"default_{version.replace('.', '_')}" if version else "default"
        goal = Goal(
            urn=urn_for(self._run.options.stack, "", PROVIDER_PREFIX + package, name),
            type=PROVIDER_PREFIX + package,
            name=name,
            custom=True,
            inputs=self._package_config(package),
            version=version,
        )
        with self._lock:
            lock = self._locks.setdefault(goal.urn, threading.Lock())
        with lock:
            if self._registry.current(goal.urn) is None:
                self._run.admit(goal)
                self.register(goal, [])
        return goal.urn

    def _package_config(self, package: str) -> Props:
        hidden, config = self._run.options.secret_config, self._run.options.config
        mine = {key: value for key, value in sorted(config.items()) if key.startswith(f"{package}:")}
        return {key.split(":", 1)[1]: secret(value) if key in hidden else value for key, value in mine.items()}

    def recorded(self, resource: ResourceState) -> Provider:
        """The provider of a recorded resource."""
        return self._registry.recorded(resource.provider, self._run.journal.snapshot().resources)

    def invoke(self, token: str, arguments: Props, ref: str, version: str) -> Props | None:
        """Answer of a provider's function; None when it cannot be known yet. Raises `ProviderError`."""
        with self._run.guarded():
            provider, _ = self.of(ref, token.split(":", 1)[0], version)
        if not provider.configured or contains_unknown(arguments):
            return None
        answer, mistakes = provider.invoke(token, arguments)
        refuse_mistakes(mistakes)
        return None if contains_unknown(answer) else answer
