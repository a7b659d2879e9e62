"""One run of the pipeline as one value: what was designed, planned, built, configured, accepted and found."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, JsonValue

from rackwright.design.cost_change import CostChange
from rackwright.design.model import Design
from rackwright.outcome import Check, HostResult, PhaseTime, Verdict


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PlanRow(_Model):
    """One step of the plan as a person reads it."""

    op: str
    type: str
    name: str
    urn: str
    recorded: bool = False
    """Kept in state only: the local cloud cannot exercise this type, so the rehearsal says nothing about it."""
    changes: tuple[str, ...] = ()


class MachineRow(_Model):
    """One machine of the rehearsal."""

    instance_id: str
    name: str
    address: str
    state: str
    boot_s: float | None = None


class Locked(_Model):
    """One locked version and what the hosts really have."""

    name: str
    version: str
    role: str
    source: str
    stand_in: bool = False


class RunReport(_Model):
    """Everything one `up` (or `audit`) can say about a stack. Rendered by `render_html` and `render_json`."""

    stack: str
    tool_version: str
    generated_at: str
    """ISO 8601, UTC."""
    engine: str
    """Which engine carried the plan out: ``embedded`` or ``pulumi <version>``."""
    design: Design
    plan: tuple[PlanRow, ...] = ()
    cost_change: CostChange | None = None
    """Price against what the last apply had recorded."""
    outcome: str = ""
    """One sentence: what the run came to."""
    machines: tuple[MachineRow, ...] = ()
    machines_not_rehearsed: str | None = None
    locked: tuple[Locked, ...] = ()
    hosts: tuple[HostResult, ...] = ()
    checks: tuple[Check, ...] = ()
    findings: tuple[dict[str, JsonValue], ...] = ()
    """Policy findings in the form of ``policies.report.render_json``."""
    times: tuple[PhaseTime, ...] = ()

    def check_counts(self) -> dict[Verdict, int]:
        """Verdict -> number of acceptance checks, every verdict present."""
        return {verdict: sum(check.verdict is verdict for check in self.checks) for verdict in Verdict}
