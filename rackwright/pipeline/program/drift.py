"""Drift: what somebody changed by hand, with old and new value, and who it was where the provider keeps a record."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rackwright.engine import QUIET, Op, PlannedStep, PropertyChange, Result
from rackwright.pipeline.aws_client import LOCAL_REGION
from rackwright.pipeline.program.provider_reads import BotoReader, Reader, Refused
from rackwright.pipeline.run import Run
from rackwright.preflight.online import Unread

EVENTS_SHOWN = 3
"""Calls told for one resource, the newest first."""


@dataclass(frozen=True, slots=True)
class Call:
    """One API call that the provider's audit trail holds."""

    who: str
    """User or role, as CloudTrail names it."""
    action: str
    at: str
    """ISO 8601."""


@dataclass(frozen=True, slots=True)
class Drifted:
    """One resource that is not as recorded."""

    urn: str
    type: str
    name: str
    id: str
    gone: bool
    changes: tuple[PropertyChange, ...]
    """Old is what is recorded, new is what is there."""
    calls: tuple[Call, ...] = ()
    """Changing calls on it since it was last applied, the newest first."""
    not_known: str = ""
    """Why nobody can say who it was; empty where `calls` tells."""


@dataclass(frozen=True, slots=True)
class Drift:
    """Everything that differs from the record."""

    resources: tuple[Drifted, ...]
    read: int
    """Resources that were asked for."""

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {"read": self.read, "drifted": [asdict(one) for one in self.resources]}


def find_drift(run: Run, *, record: bool = False) -> Drift:
    """Read everything that the stack owns; with `record` the state follows, so that the next `up` changes it back.

    Raises the first refusal of a provider: a resource that could not be read is not "unchanged".
    """
    with run.stage("refresh" if record else "drift"):
        engine = run.engine(change=True)
        resources = _recorded(engine.deployment())
        result = engine.refresh(run.watch.engine, record=record)
        if (problem := result.error()) is not None:
            raise problem
        reader = BotoReader(run.prepared.design.region or LOCAL_REGION, run.endpoint)
        found = tuple(_with_calls(one, resources, reader) for one in _drifted(result, resources))
    drift = Drift(found, len(result.steps))
    _mark(run.workspace.folder, found, recorded=record)
    return drift


def _recorded(deployment: Mapping[str, object]) -> dict[str, Mapping[str, Any]]:
    listed: Any = deployment.get("resources") or []
    return {str(resource["urn"]): resource for resource in listed}


def _drifted(result: Result, resources: Mapping[str, Mapping[str, Any]]) -> Iterator[Drifted]:
    for step in result.steps:
        if step.op not in QUIET:
            id_ = str(resources.get(step.urn, {}).get("id", ""))
            yield Drifted(step.urn, step.type, step.name, id_, step.op is Op.DELETE, _told(step))


def _told(step: PlannedStep) -> tuple[PropertyChange, ...]:
    return () if step.op is Op.DELETE else step.diff


def _with_calls(one: Drifted, resources: Mapping[str, Mapping[str, Any]], reader: Reader) -> Drifted:
    since = resources.get(one.urn, {}).get("modified")
    asked = {"LookupAttributes": [{"AttributeKey": "ResourceName", "AttributeValue": one.id}]}
    reply = reader.read("cloudtrail", "LookupEvents", **asked, **({"StartTime": since} if since else {}))
    calls, not_known = calls_of(reply)
    return Drifted(one.urn, one.type, one.name, one.id, one.gone, one.changes, calls, not_known)


def calls_of(reply: object) -> tuple[tuple[Call, ...], str]:
    """Changing calls of an answer to ``cloudtrail:LookupEvents``, newest first, or why there are none.

    Source: AWS CloudTrail API Reference, "LookupEvents": events of the last 90 days; a new one takes minutes to appear.
    """
    if isinstance(reply, Unread):
        return (), reply.reason
    if isinstance(reply, Refused) or not isinstance(reply, Mapping):
        return (), f"CloudTrail refused: {reply.code}" if isinstance(reply, Refused) else "CloudTrail gave no answer"
    events = [event for event in reply.get("Events") or () if str(event.get("ReadOnly", "false")).lower() != "true"]
    events.sort(key=lambda event: str(event.get("EventTime")), reverse=True)
    if not events:
        return (), "CloudTrail holds no changing call on it since it was last applied"
    return tuple(_call(event) for event in events[:EVENTS_SHOWN]), ""


def _call(event: Mapping[str, Any]) -> Call:
    at = event.get("EventTime")
    told = at.isoformat() if isinstance(at, dt.datetime) else str(at)
    return Call(str(event.get("Username") or "not named"), str(event.get("EventName")), told)


# --- what the next `up` has to know -----------------------------------------------------------------------------------


def _marker(folder: Path) -> Path:
    return folder / "drift.json"


def _mark(folder: Path, found: tuple[Drifted, ...], *, recorded: bool) -> None:
    """Note that the next `up` must read again before it plans: it compares with the record, not with the cloud."""
    if found and not recorded:
        folder.mkdir(parents=True, exist_ok=True)
        _marker(folder).write_text(json.dumps([one.urn for one in found], indent=2) + "\n")
    else:
        _marker(folder).unlink(missing_ok=True)


def record_known_drift(run: Run) -> None:
    """Bring the record in line with what is, where drift was found since the last `up`; so the plan changes it back."""
    if _marker(run.workspace.folder).exists() and (run.endpoint is not None or not run.is_local):
        find_drift(run, record=True)
