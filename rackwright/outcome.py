"""What acceptance and configuration found out, as values; `rackwright.report` shows them."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Verdict(StrEnum):
    """Result of one acceptance check. `not-evaluated` is never a pass."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_EVALUATED = "not-evaluated"


class Check(_Model):
    """One acceptance check on one host (or on the cluster, where `host` is None)."""

    id: str
    """Stable id, ``<subject>.<what>``: ``slurm.two-node-job``."""
    title: str
    host: str | None = None
    verdict: Verdict
    expected: str = ""
    actual: str = ""
    reason: str = ""
    """Why it failed or was not evaluated."""


class HostResult(_Model):
    """What configuration did to one host."""

    host: str
    ok: int = 0
    changed: int = 0
    failed: int = 0
    unreachable: int = 0
    skipped: int = 0
    error: str = ""
    """First failure: task and message, secrets masked."""


class PhaseTime(_Model):
    """Wall time of one stage or playbook phase, in seconds."""

    name: str
    seconds: float
