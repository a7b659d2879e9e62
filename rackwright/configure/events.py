"""What a playbook run says while it goes, folded into typed results. Pure: ansible-runner's events in, values out.

Event form: ansible-runner's documentation, "Runner Job Events".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from rackwright.outcome import HostResult, PhaseTime

Status = Literal["started", "ok", "changed", "skipped", "retried", "failed", "unreachable"]

MASK = "********"
LONGEST_MESSAGE = 600
"""Characters of a failure that are kept; the log has the rest."""

_HOST_EVENTS: dict[str, Status] = {
    "runner_on_start": "started",
    "runner_on_ok": "ok",
    "runner_on_skipped": "skipped",
    "runner_retry": "retried",
    "runner_on_failed": "failed",
    "runner_on_unreachable": "unreachable",
}
_COUNTS = {
    "ok": "ok",
    "changed": "changed",
    "failures": "failed",
    "dark": "unreachable",
    "skipped": "skipped",
}


@dataclass(frozen=True, slots=True)
class ConfigureEvent:
    """One thing that happened to one host, for a live display."""

    phase: str
    """Phase of site.yml: ``Base``, ``Driver``, …"""
    task: str
    host: str
    status: Status
    elapsed: float
    """Seconds since the run began."""
    note: str = ""
    """What a task that is tried again said last: how far the work is that it waits for."""


def mask(text: str, secrets: Iterable[str]) -> str:
    """`text` without any of `secrets`."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, MASK)
    return text


def phase_of(play: str) -> str:
    """Phase that a play belongs to: plays are named ``<Phase>: <what it does>``."""
    return play.partition(":")[0].strip()


def failure_text(result: Mapping[str, Any]) -> str:
    """What a person needs of a failed task's result: message and the end of its complaint."""
    parts = [str(result.get("msg", "")), *_last_lines(str(result.get("stderr", "")))]
    for item in result.get("results", ()):
        if item.get("failed"):
            parts += [str(item.get("msg", "")), *_last_lines(str(item.get("stderr", "")))]
    said = list(dict.fromkeys(part.strip() for part in parts if part.strip()))
    return " | ".join(said)[:LONGEST_MESSAGE] or "no message"


@dataclass(slots=True)
class RunRecord:
    """What one run has said so far."""

    secrets: tuple[str, ...] = ()
    errors: dict[str, str] = field(default_factory=dict)
    """Host -> its first failure, secrets masked."""
    unreachable: dict[str, str] = field(default_factory=dict)
    """Host -> what ssh said, secrets masked."""
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    """Host -> counts of the final statistics."""
    _phases: dict[str, float] = field(default_factory=dict)
    _phase: str = ""
    _since: float = 0.0

    def take(self, event: Mapping[str, Any], elapsed: float) -> ConfigureEvent | None:
        """Fold one event in; the event for the display, or None when it has nothing about a host."""
        kind, data = str(event.get("event", "")), event.get("event_data") or {}
        if kind == "playbook_on_play_start":
            self._enter(phase_of(str(data.get("play", ""))), elapsed)
        elif kind == "playbook_on_stats":
            self._enter("", elapsed)
            self.counts = _per_host(data)
        elif kind in _HOST_EVENTS:
            return self._host_event(_HOST_EVENTS[kind], data, elapsed)
        return None

    def phases(self) -> tuple[PhaseTime, ...]:
        """Wall time of each phase, in the order in which they began."""
        return tuple(PhaseTime(name=name, seconds=round(seconds, 2)) for name, seconds in self._phases.items())

    def hosts(self) -> tuple[HostResult, ...]:
        """One result per host, by name."""
        names = sorted({*self.counts, *self.errors, *self.unreachable})
        return tuple(self._host_result(name) for name in names)

    def _host_result(self, name: str) -> HostResult:
        error = self.errors.get(name) or self.unreachable.get(name, "")
        return HostResult(host=name, error=error, **self.counts.get(name, {}))

    def _host_event(self, status: Status, data: Mapping[str, Any], elapsed: float) -> ConfigureEvent:
        host, task, result = str(data.get("host", "")), str(data.get("task", "")), data.get("res") or {}
        if status == "ok" and result.get("changed"):
            status = "changed"
        said = mask(f"{task}: {failure_text(result)}", self.secrets)
        if status == "failed" and not data.get("ignore_errors"):
            self.errors.setdefault(host, said)
        if status == "unreachable":
            self.unreachable.setdefault(host, said)
        note = mask("".join(_last_lines(str(result.get("stdout", "")), 1)), self.secrets) if status == "retried" else ""
        return ConfigureEvent(self._phase, task, host, status, elapsed, note)

    def _enter(self, phase: str, elapsed: float) -> None:
        if self._phase:
            self._phases[self._phase] = self._phases.get(self._phase, 0.0) + elapsed - self._since
        self._phase, self._since = phase, elapsed


def _per_host(data: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    hosts = {host for name in _COUNTS for host in data.get(name) or {}}
    return {host: {ours: (data.get(name) or {}).get(host, 0) for name, ours in _COUNTS.items()} for host in hosts}


def _last_lines(text: str, count: int = 3) -> list[str]:
    return [line for line in text.splitlines() if line.strip()][-count:]
