"""``rw judge``: judge exported states and collected documents without a stack, as a step of any pipeline."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from policies.audit import audit
from policies.profile import CLASSIFICATIONS, profile_of
from policies.registry import RULES
from rackwright.cli.arguments import Json
from rackwright.cli.audit_forms import OF_RESULT, AuditForm, Output, deliver
from rackwright.diagnostics import InputError, PolicyRefused, Problem
from rackwright.pipeline.clock import now
from rackwright.pipeline.judging.judged_files import (
    mistakes,
    refuse_mistakes,
    resources_of_documents,
    resources_of_state_file,
)
from rackwright.pipeline.judging.refusal import refuse_violations

States = Annotated[
    list[Path] | None, typer.Argument(metavar="[STATE]...", help="What pulumi stack export wrote, or a checkpoint.")
]
Documents = Annotated[
    list[Path] | None,
    typer.Option("--documents", metavar="FILE", help="What a collector wrote (JSON lines); several."),
]
Framework = Annotated[
    list[str] | None,
    typer.Option("--framework", help="Mandatory, as a spec's compliance: would say: hipaa, sox, gdpr …; several."),
]
Classification = Annotated[
    str, typer.Option("--classification", help=f"Of the data: {', '.join(sorted(CLASSIFICATIONS))}.")
]
OfFindings = Literal["text", "json", "sarif", "html-section", "junit", "csv", "markdown"]
Form = Annotated[OfFindings, typer.Option("--format", help="How to write the result.")]


def add_to(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(judge)


def judge(
    states: States = None,
    *,
    documents: Documents = None,
    framework: Framework = None,
    classification: Classification = "internal",
    form: Form = "text",
    output: Output = None,
    as_json: Json = False,
) -> None:
    """Judge exported states and collected documents by every policy rule, without a stack; exit 5 as in audit.

    Knows no lock, no design, no waivers and no earlier audit, and leaves no record: rw audit does.
    """
    files, others = tuple(states or ()), tuple(documents or ())
    _check(files, others, tuple(framework or ()), classification)
    resources = [one for path in files for one in resources_of_state_file(path)]
    resources += [one for path in others for one in resources_of_documents(path)]
    result = audit(resources, RULES, profile_of(framework or (), classification), (), now().date())
    deliver(OF_RESULT[AuditForm("json" if as_json else form)](result), output)
    if as_json and result.blocking:
        raise typer.Exit(PolicyRefused.exit_code)
    refuse_violations(result, ", ".join(map(str, files + others)))


def _check(files: tuple[Path, ...], documents: tuple[Path, ...], frameworks: tuple[str, ...], data: str) -> None:
    """Refuse what cannot be judged, all at once."""
    named = [("STATE", path) for path in files] + [("--documents", path) for path in documents]
    wrong = mistakes(frameworks, named)
    if data not in CLASSIFICATIONS:
        known = f"known are {', '.join(sorted(CLASSIFICATIONS))}"
        wrong.append(Problem("--classification", f"there is no class {data!r}", known))
    refuse_mistakes(wrong)
    if not named:
        raise InputError("there is nothing to judge", where="STATE", hint="name a state, or a file with --documents")
