"""What is known of a stack without changing or asking anything outside this machine."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rackwright.cloud.status import CloudStatus
from rackwright.inventory import Host
from rackwright.pipeline.removal.destroy import standing
from rackwright.pipeline.run import Run


@dataclass(frozen=True, slots=True)
class Status:
    """State of one stack."""

    stack: str
    resources: int
    hosts: tuple[Host, ...]
    """Recorded hosts, in a rehearsal those too that Slurm runs now; none while the stack is not up."""
    cloud: CloudStatus | None
    last_run: str | None
    """When the last report was written, ISO 8601."""
    outcome: str | None
    report: Path | None

    def as_json(self) -> dict[str, object]:
        """For programs."""
        return {
            "stack": self.stack,
            "resources": self.resources,
            "hosts": [host.model_dump(mode="json") for host in self.hosts],
            "cloud": self.cloud.as_json() if self.cloud else None,
            "last_run": self.last_run,
            "outcome": self.outcome,
            "report": str(self.report) if self.report else None,
        }


def read_status(run: Run) -> Status:
    """Read the status of `run`'s stack."""
    path = run.workspace.folder / "report.json"
    last = _last_report(path)
    resources = standing(run)
    return Status(
        stack=run.workspace.stack,
        resources=resources,
        hosts=_hosts(run) if resources else (),
        cloud=run.cloud.status() if run.is_local else None,
        last_run=last.get("generated_at"),
        outcome=last.get("outcome"),
        report=path.with_suffix(".html") if path.exists() else None,
    )


def _hosts(run: Run) -> tuple[Host, ...]:
    return (run.every_host() if run.is_local else run.inventory()).hosts


def _last_report(path: Path) -> dict[str, Any]:
    """The last report; empty when there is none that can be read, for it is only told, never built on."""
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
