"""The audit as a section of HTML that stands by itself inside any page: no script, nothing loaded, all text escaped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from html import escape

from policies.audit import AuditResult, Coverage
from policies.rule import Finding, Status

STYLE = """
.policies table { border-collapse: collapse; width: 100%; margin: .5em 0 }
.policies th, .policies td { border-bottom: 1px solid #8884; padding: .3em .6em; text-align: left; vertical-align: top }
.policies .failed { color: #b3261e; font-weight: 600 }
.policies .waived, .policies .not-evaluated { color: #8a5a00 }
.policies .passed { color: #1b6e3c }
.policies .manual, .policies .not-applicable { color: #667 }
.policies code { overflow-wrap: anywhere }
"""


def render_html(result: AuditResult) -> str:
    """A ``<section class="policies">``: counts, what is not passed, and coverage of every framework by control."""
    open_findings = [finding for finding in result.findings if finding.status is not Status.PASSED]
    parts = [
        '<section class="policies">',
        f"<style>{STYLE}</style>",
        f"<p>Profile <b>{escape(result.profile.name)}</b>: {_counts(result)}; {len(result.blocking)} mandatory.</p>",
        "<p>This is evidence for an assessment, not a statement of compliance.</p>",
        _findings(open_findings),
        *(_framework(name, rows) for name, rows in _by_framework(result.coverage).items()),
        "</section>",
    ]
    return "\n".join(parts) + "\n"


def _counts(result: AuditResult) -> str:
    return ", ".join(
        f'<span class="{status.value}">{count} {status.value}</span>' for status, count in result.counts().items()
    )


def _findings(findings: Sequence[Finding]) -> str:
    if not findings:
        return "<p>Every rule that applies passed.</p>"
    head = (
        "<tr><th>Status</th><th>Severity</th><th>Rule</th><th>Resource</th><th>What is wrong, and what to do</th></tr>"
    )
    return f"<table><thead>{head}</thead><tbody>{''.join(map(_finding, findings))}</tbody></table>"


def _finding(finding: Finding) -> str:
    mandatory = " (mandatory)" if finding.blocks else ""
    fix = f"<br><small>Fix: {escape(finding.fix)}</small>" if finding.status is Status.FAILED else ""
    controls = escape(", ".join(finding.controls))
    return (
        f'<tr><td class="{finding.status.value}">{finding.status.value}{mandatory}</td>'
        f"<td>{finding.severity.value}</td>"
        f'<td><span title="{controls}">{escape(finding.rule)}</span><br><small>{escape(finding.title)}</small></td>'
        f'<td><code title="{escape(finding.urn)}">{escape(finding.urn.rpartition("::")[2])}</code>'
        f"<br><small>{escape(finding.resource_type)}</small></td>"
        f"<td>{escape(finding.message)}{fix}</td></tr>"
    )


def _by_framework(coverage: Iterable[Coverage]) -> dict[str, list[Coverage]]:
    found: dict[str, list[Coverage]] = {}
    for each in coverage:
        found.setdefault(each.control.framework, []).append(each)
    return found


def _framework(name: str, rows: Sequence[Coverage]) -> str:
    counts = Counter(row.standing.value for row in rows)
    summary = ", ".join(f"{count} {standing}" for standing, count in sorted(counts.items()))
    body = "".join(map(_control, rows))
    head = "<tr><th>Control</th><th>About</th><th>Standing</th><th>Rules</th></tr>"
    return (
        f"<details><summary><b>{escape(name)}</b>: {summary}</summary>"
        f"<table><thead>{head}</thead><tbody>{body}</tbody></table></details>"
    )


def _control(row: Coverage) -> str:
    return (
        f"<tr><td>{escape(row.control.id)}</td><td>{escape(row.control.title)}</td>"
        f'<td class="{row.standing.value}">{row.standing.value}</td><td>{escape(", ".join(row.rules))}</td></tr>'
    )
