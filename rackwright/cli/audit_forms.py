"""Forms in which findings are written, shared by the commands that judge."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from policies.audit import AuditResult
from policies.report import (
    render_csv,
    render_html,
    render_json,
    render_junit,
    render_markdown,
    render_sarif,
    render_text,
)
from rackwright.cli.console import say
from rackwright.cli.files import write_whole


class AuditForm(StrEnum):
    """Forms of the audit's result."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    HTML = "html"
    SECTION = "html-section"
    OSCAL = "oscal"
    COMPONENTS = "oscal-components"
    JUNIT = "junit"
    CSV = "csv"
    MARKDOWN = "markdown"


OF_RESULT: dict[AuditForm, Callable[[AuditResult], str]] = {
    AuditForm.TEXT: render_text,
    AuditForm.JSON: render_json,
    AuditForm.SARIF: render_sarif,
    AuditForm.SECTION: render_html,
    AuditForm.JUNIT: render_junit,
    AuditForm.CSV: render_csv,
    AuditForm.MARKDOWN: render_markdown,
}
"""Forms that need only the result."""

Output = Annotated[Path | None, typer.Option("--output", "-o", help="File to write; stdout when left out.")]


def deliver(text: str, output: Path | None) -> None:
    """Write `text` to the file that was named, or to stdout."""
    if output is None:
        typer.echo(text, nl=not text.endswith("\n"))
        return
    write_whole(output, text.encode())
    say(f"wrote {escape(str(output))}")
