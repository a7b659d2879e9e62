"""The audit as tables: CSV for spreadsheets, Markdown for a pull request."""

from __future__ import annotations

import csv
import io

from policies.audit import AuditResult
from policies.report.text import visible
from policies.rule import Finding, Status

COLUMNS = ("status", "mandatory", "severity", "rule", "title", "urn", "type", "message", "fix", "controls")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Beginnings that a spreadsheet takes for a formula. OWASP, "CSV Injection"."""

MOST_ROWS = 50
"""Rows that a comment shows; hosts cut long comments off without saying so."""


def render_csv(result: AuditResult) -> str:
    """One row for each finding, passed ones included."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([safe_cell(value) for value in _row(finding)] for finding in result.findings)
    return file.getvalue()


def _row(finding: Finding) -> tuple[str, ...]:
    return (
        finding.status.value,
        "yes" if finding.blocks else "no",
        finding.severity.value,
        finding.rule,
        finding.title,
        finding.urn,
        finding.resource_type,
        finding.message,
        finding.fix,
        " ".join(finding.controls),
    )


def safe_cell(value: str) -> str:
    """`value` as a spreadsheet takes it for text."""
    return f"'{value}" if value.startswith(FORMULA) else value


def render_markdown(result: AuditResult) -> str:
    """A short table of what is not passed, mandatory violations first, for people who review a change."""
    counts = result.counts()
    sums = ", ".join(f"{counts[status]} {status.value}" for status in Status)
    lines = [f"### Policies: {sums}; {len(result.blocking)} mandatory", ""]
    shown = sorted(
        (finding for finding in result.findings if finding.status is not Status.PASSED),
        key=lambda finding: not finding.blocks,
    )
    if shown:
        lines += ["| | severity | rule | resource | what |", "|---|---|---|---|---|"]
        lines += [_line(finding) for finding in shown[:MOST_ROWS]]
    if len(shown) > MOST_ROWS:
        lines.append(f"\n… and {len(shown) - MOST_ROWS} more in the report.")
    return "\n".join(lines) + "\n"


def _line(finding: Finding) -> str:
    mark = "**mandatory**" if finding.blocks else finding.status.value
    name = finding.urn.rpartition("::")[2]
    cells = (mark, finding.severity.value, _escape(finding.rule), _escape(name), _escape(finding.message))
    return f"| {' | '.join(cells)} |"


def _escape(text: str) -> str:
    """`text` so that Markdown and the HTML in it mean nothing."""
    plain = visible(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "".join(f"\\{character}" if character in "\\`*_{}[]()#+-.!|~@" else character for character in plain)
