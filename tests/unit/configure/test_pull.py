"""Following nodes that configure themselves, with the store played by a dict."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rackwright.configure.events import ConfigureEvent
from rackwright.configure.pull import Collector, collect
from rackwright.diagnostics import StepFailed


@dataclass
class Bucket:
    reports: dict[str, dict[str, Any]] = field(default_factory=dict)
    script: list[dict[str, dict[str, Any]]] = field(default_factory=list)
    """What comes with each pause."""
    reads: int = 0
    now: float = 0.0

    def versions(self) -> Mapping[str, str]:
        return {id_: json.dumps(report) for id_, report in self.reports.items()}

    def report(self, instance_id: str) -> bytes:
        self.reads += 1
        return json.dumps({"instance_id": instance_id, **self.reports[instance_id]}).encode()

    def pause(self, seconds: float) -> None:
        self.now += seconds
        if self.script:
            self.reports.update(self.script.pop(0))


def running(phase: str, **more: Any) -> dict[str, Any]:
    return {"status": "running", "digest": "d", "phase": phase, **more}


def configured(digest: str = "d", **more: Any) -> dict[str, Any]:
    return {"status": "configured", "digest": digest, "ok": 5, "changed": 2, **more}


def failed(attempt: int, error: str = "no space left") -> dict[str, Any]:
    return {"status": "failed", "digest": "d", "attempt": attempt, "failed": 1, "error": error}


def follow(bucket: Bucket, count: int = 2) -> tuple[Collector, Any, list[ConfigureEvent]]:
    events: list[ConfigureEvent] = []
    collector = Collector(bucket, "d", {f"i-{n}": f"n-{n}" for n in range(1, count + 1)})
    collector.begin()
    found = collect(collector, events.append, timeout_s=30, log=Path("x"), clock=lambda: bucket.now, pause=bucket.pause)
    return collector, found, events


def test_nodes_are_followed_to_their_end_and_shown_on_the_way() -> None:
    script = [
        {"i-1": running("Base")},
        {"i-1": running("Driver"), "i-2": running("Base")},
        {"i-1": configured(phases=[{"name": "Base", "seconds": 3.0}])},
        {"i-2": configured(phases=[{"name": "Base", "seconds": 7.0}])},
    ]
    _, found, events = follow(Bucket(script=script))
    assert [(host.host, host.ok, host.changed, host.error) for host in found.hosts] == [
        ("n-1", 5, 2, ""),
        ("n-2", 5, 2, ""),
    ]
    assert {(event.host, event.phase) for event in events} >= {("n-1", "Base"), ("n-1", "Driver"), ("n-2", "Base")}
    assert found.phases[0].seconds == 7.0, "the slowest node's"
    assert any("waiting for 2 nodes" in event.task for event in events)


def test_a_node_that_fails_is_given_its_further_tries_and_then_told() -> None:
    _, found, _ = follow(
        Bucket(script=[{"i-1": failed(1), "i-2": configured()}, {}, {"i-1": failed(2)}, {"i-1": failed(3)}])
    )
    assert [host.host for host in found.failed] == ["n-1"]
    with pytest.raises(StepFailed, match="1 of 2 hosts: n-1: no space left"):
        found.raise_if_failed()


def test_a_node_that_mends_itself_is_configured() -> None:
    _, found, _ = follow(Bucket(script=[{"i-1": failed(1), "i-2": configured()}, {"i-1": configured()}]))
    assert found.failed == ()


def test_when_time_is_up_who_is_late_and_who_never_spoke_are_told_apart() -> None:
    _, found, _ = follow(Bucket(script=[{"i-1": running("Driver")}]))
    assert [(host.failed, host.unreachable) for host in found.hosts] == [(1, 0), (0, 1)]
    assert "still in phase Driver" in found.hosts[0].error
    assert "never reported" in found.hosts[1].error


def test_when_nobody_ever_speaks_it_is_the_way_to_the_store() -> None:
    with pytest.raises(StepFailed, match="none of 2 nodes reported within 30 s"):
        follow(Bucket())


def test_what_this_bundle_did_before_counts_as_no_change_and_another_bundle_as_behind() -> None:
    collector, found, _ = follow(Bucket(reports={"i-1": configured(), "i-2": configured("older")}))
    assert [host.changed for host in found.hosts] == [0, 0]
    assert collector.behind == ("n-2",)


@given(st.integers(1, 30), st.integers(1, 8))
def test_a_report_is_read_once_for_each_change_of_it(nodes: int, looks: int) -> None:
    bucket = Bucket(reports={f"i-{n}": configured() for n in range(1, nodes + 1)})
    collector, _, _ = follow(bucket, nodes)
    for _ in range(looks):
        collector.look()
    assert bucket.reads == nodes


def test_a_report_that_is_half_written_is_read_again() -> None:
    class Torn(Bucket):
        def report(self, instance_id: str) -> bytes:
            whole = super().report(instance_id)
            return whole[:7] if self.reads == 1 else whole

    _, found, _ = follow(Torn(reports={"i-1": configured()}), 1)
    assert found.failed == ()
