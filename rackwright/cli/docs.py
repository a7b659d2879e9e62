"""``rw docs``: writes every generated page again. A test fails while one of them is out of date."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from policies.parity import read_answers, render_parity
from policies.reference import render_reference
from policies.registry import RULES
from policies.subjects.reference import render_subjects
from rackwright.cli.console import say
from rackwright.configure.role_docs import systems_page, write_all
from rackwright.diagnostics import StepFailed
from rackwright.engine.providers.aws.listing.permissions import iam_policy
from rackwright.pipeline.knowledge.update_classes import measure_missing, render_update_classes
from rackwright.pipeline.workspace import project_root
from rackwright.preflight.reference import reference_page
from rackwright.spec.schema import schema_text

PAGES: dict[str, Callable[[], str]] = {
    "audit-iam-policy.json": iam_policy,
    "cluster-spec.schema.json": schema_text,
    "policies.md": lambda: render_reference(RULES),
    "policy-subjects.md": render_subjects,
    "preflight.md": reference_page,
    "role-systems.md": systems_page,
    "rule-parity.md": lambda: render_parity(read_answers()),
    "update-classes.md": render_update_classes,
}
"""Name under ``docs/reference`` -> what makes its text."""


def add_to(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("docs", hidden=True)(write_docs)


def outdated(reference: Path) -> list[str]:
    """Names of the pages under `reference` that differ from what would be written now."""
    return [name for name, text in PAGES.items() if _read(reference / name) != text()]


def write_docs(
    check: Annotated[bool, typer.Option("--check", help="Write nothing; fail when a page is out of date.")] = False,
    update_classes: Annotated[
        bool, typer.Option("--update-classes", help="Measure the update class of fields that are new; takes minutes.")
    ] = False,
) -> None:
    """Write docs/reference and the roles' READMEs from the code."""
    reference = project_root() / "docs" / "reference"
    for row in measure_missing(project_root()) if update_classes else ():
        say(f"{row.path}: {row.grade}")
    old = outdated(reference)
    if check and old:
        raise StepFailed(f"out of date: {', '.join(old)}", where=str(reference), hint="make docs")
    for name in old if not check else ():
        (reference / name).write_text(PAGES[name]())
        say(f"wrote docs/reference/{name}")
    if not check:
        for page in write_all():
            say(f"wrote {page.relative_to(project_root())}")


def _read(path: Path) -> str:
    return path.read_text() if path.exists() else ""
