"""Drives the ``pulumi`` CLI through the Automation API and answers in the embedded engine's values."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pulumi import automation
from pulumi.automation import CommandError, EngineEvent, LocalWorkspaceOptions, OutputMap, PulumiCommand, Stack
from pulumi.automation.events import DiffKind, PolicyEvent, StepEventMetadata

from policies.rule import Finding
from rackwright.diagnostics import StepFailed
from rackwright.engine import (
    SECRET,
    Event,
    EventKind,
    FailedStep,
    Op,
    Plan,
    PlannedStep,
    PolicyDiagnostic,
    PropertyChange,
    Result,
)
from rackwright.pipeline.findings import of_diagnostics

POLICY_PACK = "policies"
"""Folder of the CrossGuard pack in the checkout."""

CAPACITY_CODES = ("InsufficientInstanceCapacity", "InsufficientCapacity", "VcpuLimitExceeded", "LimitExceeded")
"""AWS error codes that mean "not enough of it", not "wrong".
Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html (read 2026-11-21)."""

_EXCERPT_LINES = 12
"""Lines of the CLI's own message that an error shows."""


def find_cli() -> Path | None:
    """Folder above ``bin/pulumi``: the CLI on PATH, else the one that ``rw tools install`` put in place."""
    on_path = shutil.which("pulumi")
    if on_path:
        return Path(on_path).resolve().parent.parent if Path(on_path).parent.name == "bin" else Path(on_path)
    own = tools_folder()
    return own if (own / "bin" / "pulumi").exists() else None


def tools_folder() -> Path:
    """Where ``rw tools install`` puts the CLI."""
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "rackwright" / "pulumi"


def install_cli() -> str:
    """Fetch the CLI of the SDK's own version; returns that version. Raises `StepFailed` when it cannot be had."""
    try:
        return str(PulumiCommand.install(root=str(tools_folder())).version)
    except Exception as cause:
        raise StepFailed(
            f"the pulumi CLI could not be installed: {type(cause).__name__}: {str(cause)[:300]}",
            where=str(tools_folder()),
            hint="see whether get.pulumi.com can be reached, or put a pulumi program on PATH",
        ) from cause


@dataclass(slots=True)
class _Heard:
    """What the CLI's event stream said, as our own values."""

    on_event: Callable[[Event], None]
    steps: dict[str, PlannedStep] = field(default_factory=dict)
    diagnostics: list[PolicyDiagnostic] = field(default_factory=list)
    failed: list[FailedStep] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)

    def hear(self, event: EngineEvent) -> None:
        """Take one event of the stream."""
        if event.resource_pre_event:
            step = planned_step(event.resource_pre_event.metadata)
            self.steps[f"{step.op} {step.urn}"] = step
            self.on_event(Event(EventKind.STARTED, step))
        elif event.res_outputs_event:
            self.on_event(Event(EventKind.FINISHED, planned_step(event.res_outputs_event.metadata)))
        elif event.res_op_failed_event:
            step = planned_step(event.res_op_failed_event.metadata)
            message = self.errors.get(step.urn, "see the CLI's message")
            capacity = any(code in message for code in CAPACITY_CODES)
            self.failed.append(FailedStep(step.urn, step.op, message, capacity))
            self.on_event(Event(EventKind.FAILED, step, message))
        elif event.policy_event:
            self.diagnostics.append(policy_diagnostic(event.policy_event))
        elif event.diagnostic_event and event.diagnostic_event.severity == "error":
            self.errors[event.diagnostic_event.urn or ""] = event.diagnostic_event.message.strip()

    def ordered(self) -> tuple[PlannedStep, ...]:
        """Steps in the order in which the CLI announced them."""
        return tuple(self.steps.values())


def planned_step(metadata: StepEventMetadata) -> PlannedStep:
    """The CLI's step as ours. Kinds that we have no word for keep the nearest one that changes something."""
    kinds = {op.value: op for op in Op}
    raw = str(getattr(metadata.op, "value", metadata.op))
    state = metadata.new or metadata.old
    return PlannedStep(
        op=kinds.get(raw, Op.UPDATE),
        urn=metadata.urn,
        type=metadata.type,
        name=metadata.urn.rsplit("::", 1)[-1],
        parent=state.parent if state else "",
        diff=_changes(metadata),
        provider=metadata.provider,
        inputs=dict(state.inputs or {}) if state else {},
    )


def _changes(metadata: StepEventMetadata) -> tuple[PropertyChange, ...]:
    old = (metadata.old.inputs or {}) if metadata.old else {}
    new = (metadata.new.inputs or {}) if metadata.new else {}
    found = []
    for path, diff in sorted((metadata.detailed_diff or {}).items()):
        kind = diff.diff_kind.value.removesuffix("-replace")
        replaces = diff.diff_kind in {DiffKind.ADD_REPLACE, DiffKind.DELETE_REPLACE, DiffKind.UPDATE_REPLACE}
        found.append(PropertyChange(path, kind, old.get(path), new.get(path), replaces))
    return tuple(found)


def policy_diagnostic(event: PolicyEvent) -> PolicyDiagnostic:
    """The CLI's policy event as ours."""
    return PolicyDiagnostic(
        policy=event.policy_name,
        pack=event.policy_pack_name,
        message=event.message.strip(),
        enforcement=event.enforcement_level,
        severity="unspecified",
        urn=event.resource_urn or "",
    )


def plain_outputs(outputs: OutputMap) -> dict[str, object]:
    """Stack outputs without their secrets."""
    return {name: SECRET if value.secret else value.value for name, value in outputs.items()}


@dataclass(slots=True)
class CliEngine:
    """The official engine on one stack."""

    root: Path
    stack: str
    config: Mapping[str, str]
    cli: Path
    label: str = "pulumi"

    def preview(self, on_event: Callable[[Event], None]) -> tuple[Plan, tuple[Finding, ...]]:
        """``pulumi preview`` with the policy pack, which tells violations only."""
        heard = _Heard(on_event)
        self._run(lambda stack: stack.preview(policy_packs=self._packs(), on_event=heard.hear), heard)
        plan = Plan(heard.ordered(), tuple(heard.diagnostics))
        return plan, tuple(of_diagnostics(plan))

    def up(self, on_event: Callable[[Event], None], allow_replace: frozenset[str]) -> Result:
        """``pulumi up`` with the policy pack. Protection is the CLI's own: `allow_replace` lifts nothing here."""
        del allow_replace
        heard = _Heard(on_event)
        stack = self._run(lambda one: one.up(policy_packs=self._packs(), on_event=heard.hear), heard)
        outputs = plain_outputs(stack.outputs())
        return Result(heard.ordered(), tuple(heard.diagnostics), outputs, tuple(heard.failed))

    def destroy(self, on_event: Callable[[Event], None]) -> Result:
        """``pulumi destroy``."""
        heard = _Heard(on_event)
        self._run(lambda stack: stack.destroy(on_event=heard.hear), heard)
        return Result(heard.ordered(), failed=tuple(heard.failed))

    def deployment(self) -> Mapping[str, object]:
        """``pulumi stack export``."""
        return dict(self._open().export_stack().deployment or {})

    def outputs(self) -> Mapping[str, object]:
        """``pulumi stack output``."""
        return plain_outputs(self._open().outputs())

    def forget(self) -> None:
        """Nothing: the backend's history is the organisation's to keep (``pulumi stack rm`` drops it)."""

    def _packs(self) -> list[str]:
        return [str(self.root / POLICY_PACK)]

    def _open(self) -> Stack:
        command = PulumiCommand(root=str(self.cli)) if (self.cli / "bin" / "pulumi").exists() else PulumiCommand()
        self.label = f"pulumi {command.version}"
        stack = automation.create_or_select_stack(
            self.stack, work_dir=str(self.root), opts=LocalWorkspaceOptions(pulumi_command=command)
        )
        for key, value in self.config.items():
            stack.set_config(key, automation.ConfigValue(value))
        return stack

    def _run(self, action: Callable[[Stack], object], heard: _Heard) -> Stack:
        stack = self._open()
        try:
            action(stack)
        except CommandError as cause:
            if not heard.failed and not any(item.mandatory for item in heard.diagnostics):
                excerpt = "\n".join(str(cause).strip().splitlines()[-_EXCERPT_LINES:])
                raise StepFailed(f"the pulumi CLI refused: {excerpt}", where=self.stack) from cause
        return stack
