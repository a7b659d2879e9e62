"""What the ``pulumi`` CLI says while it runs, in the embedded engine's values. Pure, apart from telling a listener.

The CLI tells one replacement as three steps: the logical ``replace`` and its two halves. Steps hold the first alone, as
the embedded engine's do; the halves are told as events. A step counts once it has ended.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pulumi.automation import EngineEvent
from pulumi.automation.events import DiagnosticEvent, DiffKind, OpType, PolicyEvent, StepEventMetadata

from rackwright.diagnostics import CapacityError, ClusterError, StepFailed
from rackwright.engine import (
    SECRET,
    UNKNOWN,
    Event,
    EventKind,
    FailedStep,
    Op,
    PlannedStep,
    PolicyDiagnostic,
    PropertyChange,
    Result,
)
from rackwright.engine.paths import look_up, parse
from rackwright.engine.properties import UNKNOWN_WIRE
from rackwright.engine.step import in_order
from rackwright.engine.urn import is_default_provider, name_of

CAPACITY_CODES = ("InsufficientInstanceCapacity", "InsufficientCapacity", "VcpuLimitExceeded", "LimitExceeded")
"""AWS error codes that mean "not enough of it", not "wrong".
Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html (read 2026-11-21)."""

HALVES = frozenset({Op.CREATE_REPLACEMENT, Op.DELETE_REPLACED})
"""Steps that are a part of a replacement."""

_WORDS = {
    OpType.DISCARD: Op.FORGET,
    OpType.DISCARD_REPLACED: Op.DELETE_REPLACED,
    OpType.REMOVE_PENDING_REPLACE: Op.DELETE_REPLACED,
    OpType.READ_REPLACEMENT: Op.READ,
    OpType.IMPORT_REPLACEMENT: Op.IMPORT,
}
"""The CLI's kinds that we call otherwise; the rest have the same names."""

_URN_PARTS = 4
"""Parts of a URN between its ``::``; a provider reference has an id behind them."""

_SUMMARIES = frozenset({"preview failed", "update failed", "destroy failed"})
"""Errors that only say that there were errors."""


@dataclass(slots=True)
class Heard:
    """What the CLI's event stream said so far. Events come from one thread, in order."""

    on_event: Callable[[Event], None]
    preview: bool = False
    steps: dict[tuple[Op, str], PlannedStep] = field(default_factory=dict)
    diagnostics: list[PolicyDiagnostic] = field(default_factory=list)
    failed: list[FailedStep] = field(default_factory=list)
    errors: list[tuple[str, str]] = field(default_factory=list)
    """URN (or nothing) and message of each error, in order."""
    _began: dict[tuple[Op, str], float] = field(default_factory=dict)

    def hear(self, event: EngineEvent) -> None:
        """Take one event of the stream."""
        if event.resource_pre_event:
            self._starts(planned_step(event.resource_pre_event.metadata))
        elif event.res_outputs_event:
            self._ends(planned_step(event.res_outputs_event.metadata))
        elif event.res_op_failed_event:
            self._fails(planned_step(event.res_op_failed_event.metadata))
        elif event.policy_event:
            self._judges(policy_diagnostic(event.policy_event))
        elif event.diagnostic_event:
            self._complains(event.diagnostic_event)

    def _starts(self, step: PlannedStep) -> None:
        if is_default_provider(step.urn):
            return
        self._began[step.op, step.urn] = time.monotonic()
        if not self.preview:
            self.on_event(Event(EventKind.STARTED, step))

    def _ends(self, step: PlannedStep) -> None:
        """A component ends twice: with its registration and with its outputs."""
        key = (step.op, step.urn)
        if is_default_provider(step.urn) or key in self.steps:
            return
        self.steps[key] = step
        elapsed = time.monotonic() - self._began.get(key, time.monotonic())
        self.on_event(Event(EventKind.PLANNED if self.preview else EventKind.FINISHED, step, elapsed_s=elapsed))

    def _fails(self, step: PlannedStep) -> None:
        message = next((text for urn, text in self.errors if urn == step.urn), "the pulumi CLI does not say why")
        self.failed.append(FailedStep(step.urn, step.op, message, is_capacity(message)))
        self.on_event(Event(EventKind.FAILED, step, message))

    def _judges(self, diagnostic: PolicyDiagnostic) -> None:
        if diagnostic not in self.diagnostics:
            self.diagnostics.append(diagnostic)
            self.on_event(Event(EventKind.DIAGNOSTIC, None, f"{diagnostic.policy}: {diagnostic.message}"))

    def _complains(self, said: DiagnosticEvent) -> None:
        message = said.message.strip()
        if said.severity == "error" and message not in _SUMMARIES:
            self.errors.append((said.urn or "", message))

    def ordered(self) -> tuple[PlannedStep, ...]:
        """What was planned or done, each resource after its parent and its provider."""
        return in_order([step for (op, _), step in self.steps.items() if op not in HALVES])

    def error(self, otherwise: str, where: str) -> ClusterError:
        """The error that stands for a run that the CLI ended as failed; `otherwise` is its own message."""
        refused = Result(diagnostics=tuple(self.diagnostics), failed=tuple(self.failed)).error()
        if refused is not None:
            return refused
        told = "; ".join(text for _, text in self.errors) or otherwise
        kind = CapacityError if is_capacity(told) else StepFailed
        place = next((urn for urn, _ in self.errors if urn), where)
        return kind(f"the pulumi CLI refused: {told}", where=place, hint="everything done before is recorded")


def is_capacity(message: str) -> bool:
    """Whether `message` says that the cloud lacks capacity or a quota is too small."""
    return any(code in message for code in CAPACITY_CODES)


def planned_step(metadata: StepEventMetadata) -> PlannedStep:
    """The CLI's step as ours."""
    state = metadata.new or metadata.old
    op = OpType(metadata.op)
    return PlannedStep(
        op=_WORDS[op] if op in _WORDS else Op(op.value),
        urn=metadata.urn,
        type=metadata.type,
        name=name_of(metadata.urn),
        parent=state.parent if state else "",
        diff=_changes(metadata),
        provider="::".join(metadata.provider.split("::")[:_URN_PARTS]) if metadata.provider else "",
        inputs=shown(dict(state.inputs or {})) if state else {},
    )


def _changes(metadata: StepEventMetadata) -> tuple[PropertyChange, ...]:
    """The provider's detailed differences, else the properties that it named."""
    if metadata.op == OpType.SAME or metadata.old is None or metadata.new is None:
        return ()
    before, after = metadata.old.inputs or {}, metadata.new.inputs or {}
    if not metadata.detailed_diff:
        keys = frozenset(metadata.keys or ())
        named = sorted(keys.union(metadata.diffs or ()))
        return tuple(_change(key, "update", before, after, replaces=key in keys) for key in named)
    return tuple(
        _change(
            path,
            diff.diff_kind.value.removesuffix("-replace"),
            before if diff.input_diff else metadata.old.outputs or {},
            after,
            replaces=diff.diff_kind in {DiffKind.ADD_REPLACE, DiffKind.DELETE_REPLACE, DiffKind.UPDATE_REPLACE},
        )
        for path, diff in sorted(metadata.detailed_diff.items())
    )


def _change(path: str, kind: str, old: Mapping[str, Any], new: Mapping[str, Any], *, replaces: bool) -> PropertyChange:
    try:
        parts = parse(path)
    except ValueError:
        parts = (path,)
    return PropertyChange(path, kind, shown(look_up(dict(old), parts)), shown(look_up(dict(new), parts)), replaces)


def shown(value: Any) -> Any:
    """`value` of an event with our marks: the CLI blinds secrets itself and writes unknowns as on the wire."""
    if isinstance(value, dict):
        return {key: shown(item) for key, item in value.items()}
    if isinstance(value, list):
        return [shown(item) for item in value]
    return {str(SECRET): SECRET, UNKNOWN_WIRE: UNKNOWN}.get(value, value) if isinstance(value, str) else value


def policy_diagnostic(event: PolicyEvent) -> PolicyDiagnostic:
    """The CLI's policy event as ours. Its message has the policy's description in its first line, then the finding."""
    description, _, found = event.message.strip().partition("\n")
    return PolicyDiagnostic(
        policy=event.policy_name,
        pack=event.policy_pack_name,
        message=found or description,
        enforcement=event.enforcement_level,
        severity="unspecified",
        urn=event.resource_urn or "",
        description=description,
    )
