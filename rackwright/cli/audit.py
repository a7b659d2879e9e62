"""``rw audit``: judge a stack where it is recorded, where it runs and where it is used; text, HTML and data formats."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from policies.audit import Standing
from policies.report import Page, render_oscal, render_oscal_components, render_page
from rackwright.cli.arguments import Engine, Json, Stack
from rackwright.cli.audit_forms import OF_RESULT, AuditForm, Output, deliver
from rackwright.cli.console import say
from rackwright.cli.files import write_whole
from rackwright.cli.watch import Watch
from rackwright.diagnostics import ClusterError, PolicyRefused
from rackwright.pipeline.clock import now
from rackwright.pipeline.judging.audit import Audit, Places, audit_stack
from rackwright.pipeline.judging.host_documents import program
from rackwright.pipeline.judging.refusal import refuse_violations
from rackwright.pipeline.open import open_stack
from rackwright.pipeline.proof.evidence import keep_evidence
from rackwright.pipeline.proof.evidence_logs import stack_log
from rackwright.pipeline.run import Run
from rackwright.pipeline.workspace import project_root

Framework = Annotated[
    list[str] | None, typer.Option("--framework", help="Tell only of this framework: hipaa, sox, gdpr …; several.")
]
Since = Annotated[
    str | None,
    typer.Option("--since", metavar="COMMIT", help="Compare with the audit of this commit, not the last."),
]
Live = Annotated[bool, typer.Option("--live", help="Ask the cloud what is there now, read-only.")]
WholeRegion = Annotated[
    bool, typer.Option("--whole-region", help="With --live: judge also what does not belong to the stack.")
]
Hosts = Annotated[bool, typer.Option("--hosts", help="Take facts from every host, read-only.")]
Kubernetes = Annotated[bool, typer.Option("--kubernetes", help="Ask the Kubernetes API, read-only.")]
Context = Annotated[str | None, typer.Option("--context", help="Context of the kubeconfig.")]
Kubeconfig = Annotated[Path | None, typer.Option("--kubeconfig", help="Another kubeconfig than the usual one.")]
State = Annotated[
    Path | None,
    typer.Option("--state", metavar="FILE", help="Judge an exported state instead of the recorded one."),
]
Documents = Annotated[
    list[Path] | None,
    typer.Option("--documents", metavar="FILE", help="Judge also what a collector wrote; several."),
]
Collector = Annotated[
    Path | None, typer.Option("--collector", metavar="FILE", help="Write the host collector there, and do no more.")
]
Form = Annotated[AuditForm, typer.Option("--format", help="How to write the result.")]


def add_to(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(audit)


def audit(
    stack: Stack,
    *,
    framework: Framework = None,
    since: Since = None,
    live: Live = False,
    whole_region: WholeRegion = False,
    hosts: Hosts = False,
    kubernetes: Kubernetes = False,
    context: Context = None,
    kubeconfig: Kubeconfig = None,
    state: State = None,
    documents: Documents = None,
    collector: Collector = None,
    form: Form = AuditForm.TEXT,
    output: Output = None,
    engine: Engine = "auto",
    as_json: Json = False,
) -> None:
    """Judge a stack by every policy rule; exit 5 when a mandatory one fails. Leaves a record in the evidence log."""
    prepared, workspace = open_stack(project_root(), stack)
    if collector is not None:
        write_whole(collector, program())
        say(
            f"wrote {escape(str(collector))}: run it as root: python3 {escape(collector.name)} HOST ROLE >> facts.jsonl"
        )
        return
    places = Places(
        state_file=state,
        live=live,
        whole_region=whole_region,
        hosts=hosts,
        kubernetes=kubernetes or context is not None or kubeconfig is not None,
        context=context,
        kubeconfig=kubeconfig,
        documents=tuple(documents or ()),
    )
    watch = Watch(yes=True, ask="")
    run = Run(prepared, workspace, watch, engine)
    try:
        found = audit_stack(run, places, now(), frameworks=tuple(framework or ()), since=since)
        watch.close()
    except (ClusterError, KeyboardInterrupt):
        watch.broke()
        raise
    unrecorded = keep_evidence(run, "audit")
    _show(found, run, AuditForm.JSON if as_json else form, output)
    if unrecorded is not None:
        raise unrecorded
    if as_json and found.result.blocking:
        raise typer.Exit(PolicyRefused.exit_code)  # the findings were printed; a second document would spoil the first
    refuse_violations(found.result, str(prepared.path))


def _show(found: Audit, run: Run, form: AuditForm, output: Path | None) -> None:
    deliver(_rendered(found, run, form), output)
    if form is AuditForm.TEXT:
        for line in _around(found):
            say(line)


def _rendered(found: Audit, run: Run, form: AuditForm) -> str:
    stack = run.prepared.stack
    if form is AuditForm.HTML:
        head = stack_log(run.workspace.root, stack, local=run.is_local).head()
        looks = [(look.place, look.things, look.note) for look in found.looks]
        record = head.hash if head else None
        return render_page(found.result, Page(stack, found.mark, looks, found.history, found.change, record))
    if form is AuditForm.OSCAL:
        return render_oscal(found.result, stack=stack, at=now())
    if form is AuditForm.COMPONENTS:
        return render_oscal_components(found.result, stack=stack, at=now())
    return OF_RESULT[form](found.result)


def _around(found: Audit) -> list[str]:
    """What the terminal says beside the findings: where it looked, what changed, what people are to be asked."""
    lines = [
        f"looked at {look.place}: {look.things} things {f'({look.note})' if look.note else ''}" for look in found.looks
    ]
    if found.change is not None:
        before = found.change.before
        lines.append(
            f"since {before.at[:19]} UTC ({(before.commit or 'no commit')[:10]}): "
            f"{len(found.change.new)} new violations, {len(found.change.fixed)} gone"
        )
    manual = sum(row.standing is Standing.MANUAL for row in found.result.coverage)
    if manual:
        lines.append(f"{manual} controls are for people to answer: --format html lists the questions")
    return [escape(line) for line in lines]
