"""Collects what nodes that configure themselves report, until each has come to an end. The store is an argument.

A node writes one small object and overwrites it as it goes, so that a thousand nodes cost one listing and one read for
each change.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict, ValidationError

from rackwright.configure.events import ConfigureEvent, Status
from rackwright.configure.runner import ConfigureResult, OnEvent
from rackwright.diagnostics import StepFailed
from rackwright.outcome import HostResult, PhaseTime

LAST_ATTEMPT = 3
"""A node that failed tries again by itself; after this many times the reason will not go away."""

POLL_S = 1.0
"""Time between two listings."""


class NodeReport(BaseModel):
    """What a node last said of itself; written by `rackwright.node.converge`."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    instance_id: str
    status: Literal["running", "configured", "failed"]
    digest: str = ""
    """Bundle that it runs; empty when it has none that it trusts."""
    host: str = ""
    attempt: int = 1
    phase: str = ""
    ok: int = 0
    changed: int = 0
    failed: int = 0
    skipped: int = 0
    error: str = ""
    seconds: float = 0.0
    phases: tuple[PhaseTime, ...] = ()
    phase_tasks: dict[str, int] = {}
    """Tasks that ran in each phase, skipped ones left out."""

    def settled(self, digest: str) -> bool:
        """Whether it has come to an end with the bundle `digest`."""
        if self.status == "failed":
            return self.attempt >= LAST_ATTEMPT
        return self.status == "configured" and self.digest == digest

    def behind(self, digest: str) -> bool:
        """Whether it was configured by another bundle before; a change of it is pushed, not pulled."""
        return self.status == "configured" and self.digest != digest


class Store(Protocol):
    """The bucket of reports."""

    def versions(self) -> Mapping[str, str]:
        """Instance id -> what changes when its report does."""

    def report(self, instance_id: str) -> bytes:
        """The report of one instance."""


@dataclass(slots=True)
class Collector:
    """Follows the reports of some instances."""

    store: Store
    digest: str
    hosts: Mapping[str, str]
    """Instance id -> host name."""
    reports: dict[str, NodeReport] = field(default_factory=dict)
    before: frozenset[str] = frozenset()
    """Instances that this bundle had configured when we began to look."""
    _versions: dict[str, str] = field(default_factory=dict)

    def look(self) -> list[NodeReport]:
        """Read the reports that changed since the last look; those that cannot be read are read again."""
        fresh = []
        for instance_id, version in self.store.versions().items():
            if instance_id in self.hosts and self._versions.get(instance_id) != version:
                try:
                    report = NodeReport.model_validate_json(self.store.report(instance_id))
                except ValidationError:
                    continue
                self._versions[instance_id] = version
                self.reports[instance_id] = report
                fresh.append(report)
        return fresh

    def begin(self) -> None:
        """Note who is configured already."""
        self.look()
        self.before = frozenset(id_ for id_, one in self.reports.items() if one.settled(self.digest) and not one.error)

    @property
    def waiting(self) -> frozenset[str]:
        """Instances that have yet to come to an end."""
        return frozenset(
            id_
            for id_ in self.hosts
            if id_ not in self.reports
            or not (self.reports[id_].settled(self.digest) or self.reports[id_].behind(self.digest))
        )

    @property
    def behind(self) -> tuple[str, ...]:
        """Hosts that an earlier bundle configured."""
        return tuple(sorted(self.hosts[id_] for id_, one in self.reports.items() if one.behind(self.digest)))

    def result(self, log: Path) -> ConfigureResult:
        """The typed result, as a push gives it; who never reported is unreachable."""
        hosts = [self._host(id_, name) for id_, name in self.hosts.items()]
        return ConfigureResult(tuple(sorted(hosts, key=lambda one: one.host)), longest(self.reports.values()), log)

    def _host(self, id_: str, name: str) -> HostResult:
        found = self.reports.get(id_)
        if found is None:
            return HostResult(
                host=name, unreachable=1, error="it never reported: see journalctl -u rackwright-pull on it"
            )
        if found.behind(self.digest) or id_ in self.before:
            return HostResult(host=name, ok=found.ok + found.changed)
        counts = {field_: getattr(found, field_) for field_ in ("ok", "changed", "failed", "skipped")}
        if id_ in self.waiting or found.status == "failed":
            error = found.error or f"still in phase {found.phase or 'none'} when time was up"
            return HostResult(host=name, **{**counts, "failed": max(1, found.failed)}, error=error)
        return HostResult(host=name, **counts)


def longest(reports: Iterable[NodeReport]) -> tuple[PhaseTime, ...]:
    """For each phase the time of the node that took longest: nodes work at the same time."""
    times: dict[str, float] = {}
    for report in reports:
        for phase in report.phases:
            times[phase.name] = max(times.get(phase.name, 0.0), phase.seconds)
    return tuple(PhaseTime(name=name, seconds=seconds) for name, seconds in times.items())


_SHOWN: dict[str, Status] = {"running": "started", "configured": "ok", "failed": "failed"}


def event_of(report: NodeReport, host: str, elapsed: float) -> ConfigureEvent:
    """A report as a line of the live display."""
    status: Status = _SHOWN[report.status]
    return ConfigureEvent(report.phase or "Boot", report.error or report.status, host, status, elapsed)


def collect(
    collector: Collector,
    on_event: OnEvent,
    *,
    timeout_s: float,
    log: Path,
    clock: Callable[[], float] = time.monotonic,
    pause: Callable[[float], None] = time.sleep,
) -> ConfigureResult:
    """Follow the nodes until each has come to an end or time is up; the result names who failed and why.

    Raises `StepFailed` when time is up and nobody has reported at all, for then it is the way to the store that fails.
    """
    began = clock()
    while True:
        for report in collector.look():
            on_event(event_of(report, collector.hosts[report.instance_id], clock() - began))
        waiting = collector.waiting
        if not waiting or clock() - began > timeout_s:
            break
        on_event(ConfigureEvent("Pull", f"waiting for {len(waiting)} nodes", "all", "started", clock() - began))
        pause(POLL_S)
    if collector.hosts and not collector.reports:
        raise StepFailed(
            f"none of {len(collector.hosts)} nodes reported within {timeout_s:g} s",
            hint="see whether nodes reach the bucket: its endpoint, their role, journalctl -u rackwright-pull on one",
        )
    return collector.result(log)
