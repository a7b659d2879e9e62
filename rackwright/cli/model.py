"""Commands about the model alone: check, design, explain, rules. Offline, and they change nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from enum import StrEnum
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from rackwright.cli.arguments import Json, Stack
from rackwright.cli.console import emit_json, out, say
from rackwright.cli.design_views import fabric_lines, pool_table, subnet_table
from rackwright.cli.errors import problem_data
from rackwright.cli.online import online_data, online_exit_code, show_online
from rackwright.pipeline.ask import ask_provider
from rackwright.pipeline.clock import today
from rackwright.pipeline.knowledge.catalogue import every_rule
from rackwright.pipeline.knowledge.topics import explain_topic
from rackwright.pipeline.open import open_stack
from rackwright.pipeline.workspace import project_root
from rackwright.preflight import Severity, Verdict

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "blue"}


class RuleKind(StrEnum):
    """Which rules to list."""

    PREFLIGHT = "preflight"
    POLICY = "policy"


def add_to(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    for command in (check, design, explain, rules):
        app.command()(command)


def show_verdicts(verdicts: Iterable[Verdict]) -> None:
    """Print what preflight found and did not stop for. Hints are shown by `rw check` alone."""
    for verdict in verdicts:
        if verdict.severity is not Severity.INFO and verdict.waiver is None:
            show_verdict(verdict)


def show_verdict(verdict: Verdict) -> None:
    """Print one verdict: what, where, what to do."""
    colour, problem = _COLOURS[verdict.severity], verdict.problem
    waived = (
        f" [dim](waived by {escape(verdict.waiver.owner)} until {verdict.waiver.expires})[/]" if verdict.waiver else ""
    )
    say(f"[{colour}]{verdict.severity}[/] {escape(problem.summary)} [dim]{escape(problem.rule or '')}[/]{waived}")
    say(f"  at   {escape(problem.where)}")
    if problem.hint:
        say(f"  try  {escape(problem.hint)}")


def check(
    stack: Stack,
    online: Annotated[
        bool, typer.Option("--online", help="Also ask the provider, read-only; exit 3 where it has too little.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Check a stack file against every preflight rule, offline; with --online against the provider as well."""
    prepared, workspace = open_stack(project_root(), stack)
    found = ask_provider(prepared, workspace) if online else ()
    if as_json:
        data: dict[str, object] = {
            "stack": prepared.stack,
            "verdicts": [_verdict_data(verdict) for verdict in prepared.verdicts],
        }
        emit_json(data | ({"online": online_data(found, prepared.spec.where)} if online else {}))
    else:
        for verdict in prepared.verdicts:
            show_verdict(verdict)
        show_online(found, prepared.spec.where)
    refused = online_exit_code(found)
    if refused:
        raise typer.Exit(refused)
    if not as_json:
        say(f"{prepared.path.name} can be built: {len(prepared.verdicts)} remarks")


def _verdict_data(verdict: Verdict) -> dict[str, object]:
    waiver = verdict.waiver.model_dump(mode="json") if verdict.waiver else None
    return problem_data(verdict.problem) | {
        "severity": verdict.severity.value,
        "title": verdict.title,
        "waiver": waiver,
    }


def design(stack: Stack, as_json: Json = False) -> None:
    """Show the complete intended cluster: pools, addresses, fabric, cost and power."""
    prepared, _ = open_stack(project_root(), stack)
    if as_json:
        emit_json(prepared.design.model_dump(mode="json"))
        return
    out.print(pool_table(prepared.design))
    out.print(subnet_table(prepared.design))
    for line in fabric_lines(prepared.design):
        out.print(line, soft_wrap=True)


def explain(
    topic: Annotated[
        str,
        typer.Argument(help="A rule (RW-NET-012), machine, GPU, switch, product (driver) or release (580.173.02)."),
    ],
) -> None:
    """Explain a rule, a machine, a product or a version: what it is, why, and where the numbers come from."""
    out.print(explain_topic(topic, today()), markup=False, soft_wrap=True)


def rules(
    kind: Annotated[RuleKind | None, typer.Option("--kind", help="Only these rules.")] = None, as_json: Json = False
) -> None:
    """List every rule: id, kind, severity, title, frameworks."""
    found = [rule for rule in every_rule() if kind is None or rule.kind == kind.value]
    if as_json:
        emit_json([asdict(rule) for rule in found])
        return
    table = Table("Id", "Kind", "Severity", "Title", "Frameworks")
    for rule in found:
        table.add_row(rule.id, rule.kind, rule.severity, rule.title, ", ".join(rule.frameworks))
    out.print(table)
