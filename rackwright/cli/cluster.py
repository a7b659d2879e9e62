"""Commands that make, show and take down a cluster: up, preview, destroy."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer
from rich.markup import escape

from policies.report import finding_as_json
from rackwright.cli.arguments import AllowReplace, Configure, Engine, Json, Stack, Yes
from rackwright.cli.console import confirm, emit_json, out, say
from rackwright.cli.design_views import pool_table, subnet_table
from rackwright.cli.model import show_verdicts
from rackwright.cli.plan_views import plan_table, summary_lines
from rackwright.cli.run_views import checks_line, failures_that_stop_nothing, findings_line
from rackwright.cli.watch import Watch
from rackwright.diagnostics import ClusterError
from rackwright.engine import Plan
from rackwright.pipeline.open import open_stack
from rackwright.pipeline.program.consequences import consequences
from rackwright.pipeline.removal.destroy import Destroyed, standing
from rackwright.pipeline.removal.destroy import destroy as destroy_stack
from rackwright.pipeline.run import Run
from rackwright.pipeline.up import up as bring_up
from rackwright.pipeline.workspace import project_root


def add_to(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    for command in (up, preview, destroy):
        app.command()(command)


def up(
    stack: Stack,
    yes: Yes = False,
    engine: Engine = "auto",
    allow_replace: AllowReplace = None,
    configure: Configure = None,
    as_json: Json = False,
) -> None:
    """Bring a stack up: check, plan, policies, apply, configure, accept, report. Again: finish or verify."""
    prepared, workspace = open_stack(project_root(), stack)
    show_verdicts(prepared.verdicts)
    watch = Watch(yes=yes, ask=f"Bring up {prepared.stack}?")
    run = Run(prepared, workspace, watch, engine, frozenset(allow_replace or ()), configure)
    facts = None
    try:
        facts = bring_up(run)
        watch.close()
    except (ClusterError, KeyboardInterrupt):
        watch.broke()
        raise
    finally:
        _tell_report(run)
    if facts is None:
        say("nothing was changed")
        raise typer.Exit(2)
    _tell_outcome(run, as_json=as_json)


def _tell_report(run: Run) -> None:
    path = run.workspace.folder / "report.html"
    if run.facts.outcome and path.exists():
        say(f"report  {escape(str(path))}")
        say(f"        {escape(str(path.with_suffix('.json')))}")


def _tell_outcome(run: Run, *, as_json: bool) -> None:
    if run.facts.checks:
        say(f"acceptance: {checks_line(run.facts.checks)}")
    say(f"[bold]{escape(run.facts.outcome)}[/]")
    if as_json:
        typer.echo((run.workspace.folder / "report.json").read_text(), nl=False)


def preview(
    stack: Stack,
    engine: Engine = "auto",
    allow_replace: AllowReplace = None,
    configure: Configure = None,
    as_json: Json = False,
) -> None:
    """Show what `up` would do: plan, policies, cost, power, addresses, fabric. Changes nothing, boots nothing."""
    prepared, workspace = open_stack(project_root(), stack)
    run = Run(prepared, workspace, Watch(yes=True, ask=""), engine, frozenset(allow_replace or ()), configure)
    refusal: ClusterError | None = None
    try:
        run.plan()
    except ClusterError as problem:
        refusal = problem
    plan = run.facts.plan
    if plan is not None and as_json:
        emit_json(_preview_data(plan, run))
    elif plan is not None:
        for view in (plan_table(plan), pool_table(prepared.design), subnet_table(prepared.design)):
            out.print(view)
        change = [f"price     {run.facts.cost_change.sentence()}"] if run.facts.cost_change else []
        for line in (*summary_lines(plan, prepared.design), *change, findings_line(run.facts.audit)):
            out.print(line, soft_wrap=True)
        for line in failures_that_stop_nothing(run.facts.audit):
            out.print(line, soft_wrap=True, markup=False)
    if refusal is not None:
        raise refusal


def _preview_data(plan: Plan, run: Run) -> dict[str, object]:
    findings = [finding_as_json(finding) for finding in run.facts.audit.findings] if run.facts.audit else []
    design = run.prepared.design.model_dump(mode="json")
    told = [asdict(one) for one in consequences(plan, run.prepared.design)]
    change = run.facts.cost_change.model_dump(mode="json") if run.facts.cost_change else None
    return {
        "plan": plan.as_dict(),
        "consequences": told,
        "cost_change": change,
        "design": design,
        "findings": findings,
    }


def destroy(
    stack: Stack,
    yes: Yes = False,
    engine: Engine = "auto",
    allow_replace: AllowReplace = None,
    empty_buckets: Annotated[
        bool, typer.Option("--empty-buckets", help="Delete what buckets of records hold, with all versions (AWS).")
    ] = False,
    as_json: Json = False,
) -> None:
    """Delete everything that a stack made, and with a local stack the local cloud. The cache stays.

    On AWS nothing is deleted until everything that is protected is named by --allow-replace, and buckets that hold
    something are refused without --empty-buckets (those with data need both; objects under a lock stay in any case).
    """
    prepared, workspace = open_stack(project_root(), stack)
    watch = Watch(yes=yes, ask="")
    run = Run(prepared, workspace, watch, engine, frozenset(allow_replace or ()))
    there = standing(run)
    running = run.is_local and run.cloud.status().running
    if (there or running) and not confirm(f"Destroy {prepared.stack} ({there} resources)?", yes=yes):
        say("nothing was changed")
        raise typer.Exit(2)
    try:
        done = destroy_stack(run, empty_buckets=empty_buckets)
        watch.close()
    except (ClusterError, KeyboardInterrupt):
        watch.broke()
        raise
    if as_json:
        emit_json({"resources": done.resources, "cloud": done.cloud, "nothing": done.nothing})
    say(_destroyed(done))


def _destroyed(done: Destroyed) -> str:
    if done.nothing:
        return "nothing to do: the stack has no resources"
    gone = [f"{done.resources} resources"] if done.resources else []
    return f"destroyed {' and '.join([*gone, *(['the local cloud'] if done.cloud else [])])}"
