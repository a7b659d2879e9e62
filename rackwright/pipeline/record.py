"""Writes what a run found out: ``report.html`` and ``report.json`` in the stack's folder."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from policies.report import finding_as_json
from policies.report import render_html as findings_html
from rackwright import __version__
from rackwright.engine import Plan
from rackwright.lock.model import Lock
from rackwright.pipeline.clock import now
from rackwright.pipeline.prepare import Prepared
from rackwright.pipeline.run import Facts
from rackwright.pipeline.workspace import Workspace
from rackwright.report import Locked, MachineRow, PlanRow, RunReport, render_html, render_json


def write_report(prepared: Prepared, workspace: Workspace, facts: Facts) -> Path:
    """Write both forms of the report and return the path of the HTML one."""
    report = build_report(prepared, facts, now())
    workspace.folder.mkdir(parents=True, exist_ok=True)
    _replace(workspace.folder / "report.json", render_json(report))
    path = workspace.folder / "report.html"
    _replace(path, render_html(report, findings_html=findings_html(facts.audit) if facts.audit else ""))
    return path


def build_report(prepared: Prepared, facts: Facts, now: dt.datetime) -> RunReport:
    """`facts` as one value. Pure; the time is an argument."""
    return RunReport(
        stack=prepared.stack,
        tool_version=__version__,
        generated_at=now.isoformat(timespec="seconds"),
        engine=facts.engine,
        design=prepared.design,
        plan=plan_rows(facts.plan),
        cost_change=facts.cost_change,
        outcome=facts.outcome,
        machines=tuple(
            MachineRow(instance_id=m.instance_id, name=m.name, address=m.address, state=m.state, boot_s=m.boot_s)
            for m in sorted(facts.machines, key=lambda one: one.name)
        ),
        machines_not_rehearsed=facts.not_rehearsed,
        locked=locked_rows(prepared.lock),
        hosts=facts.configured.hosts if facts.configured else (),
        checks=facts.checks,
        findings=tuple(finding_as_json(finding) for finding in facts.audit.findings) if facts.audit else (),
        times=tuple(facts.times) + (facts.configured.phases if facts.configured else ()),
    )


def plan_rows(plan: Plan | None) -> tuple[PlanRow, ...]:
    """Steps of `plan` as report rows, in the plan's order."""
    return tuple(
        PlanRow(
            op=step.op.value,
            type=step.type,
            name=step.name,
            urn=step.urn,
            recorded=step.recorded,
            changes=tuple(f"{change.path}: {change.old} → {change.new}" for change in step.diff),
        )
        for step in (plan.steps if plan else ())
    )


def locked_rows(lock: Lock | None) -> tuple[Locked, ...]:
    """Packages, then images, each by name."""
    if lock is None:
        return ()
    packages = (
        Locked(name=name, version=package.version, role=package.role, source=package.source)
        for name, package in sorted(lock.packages.items())
    )
    images = (
        Locked(name=name, version=image.digest, role="ngc", source="registry", stand_in=image.stand_in)
        for name, image in sorted(lock.images.items())
    )
    return (*packages, *images)


def _replace(path: Path, text: str) -> None:
    fresh = path.with_suffix(path.suffix + ".new")
    fresh.write_text(text)
    fresh.replace(path)
