"""The audit as a section of HTML that stands by itself inside any page: nothing is loaded, all text is escaped.

Rows carry what they are about as data, so that a page around the section can filter them (`policies.report.page`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from html import escape
from itertools import groupby

from policies.audit import AuditResult, Coverage, Standing
from policies.rule import Finding, Status

STYLE = """
.policies table { border-collapse: collapse; width: 100%; margin: .5em 0 }
.policies th, .policies td { border-bottom: 1px solid #8884; padding: .3em .6em; text-align: left; vertical-align: top }
.policies .failed { color: #b3261e; font-weight: 600 }
.policies .waived, .policies .not-evaluated { color: #8a5a00 }
.policies .passed { color: #1b6e3c }
.policies .manual, .policies .not-applicable { color: #667 }
.policies code { overflow-wrap: anywhere }
.policies pre { white-space: pre-wrap; margin: .3em 0; padding: .4em .6em; background: #8881; border-radius: 4px }
.policies details details { margin-left: 1em }
"""
MOST_PASSED = 200
"""Resources that are named under a rule that passed; of more only the number is told."""


def render_html(result: AuditResult) -> str:
    """A ``<section class="policies">``: counts, what is not passed, what passed by rule, and coverage by control."""
    open_findings = [finding for finding in result.findings if finding.status is not Status.PASSED]
    parts = [
        '<section class="policies">',
        f"<style>{STYLE}</style>",
        f"<p>Profile <b>{escape(result.profile.name)}</b>: {_counts(result)}; {len(result.blocking)} mandatory.</p>",
        "<p>This is evidence for an assessment, not a statement of compliance.</p>",
        _findings(open_findings),
        _passed([finding for finding in result.findings if finding.status is Status.PASSED]),
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
    return f'<table class="findings"><thead>{head}</thead><tbody>{"".join(map(_finding, findings))}</tbody></table>'


def _finding(finding: Finding) -> str:
    mandatory = " (mandatory)" if finding.blocks else ""
    code = f" <code>{escape(finding.code)}</code>" if finding.code else ""
    fix = f"<br><small>Fix: {escape(finding.fix)}{code}</small>" if finding.status is Status.FAILED else ""
    about = f"data-status={finding.status.value} data-severity={finding.severity.value} {_controls_data(finding)}"
    return (
        f'<tr {about}><td class="{finding.status.value}">{finding.status.value}{mandatory}</td>'
        f"<td>{finding.severity.value}</td>"
        f"<td>{escape(finding.rule)}<br><small>{escape(finding.title)}</small></td>"
        f'<td><code title="{escape(finding.urn)}">{escape(finding.urn.rpartition("::")[2])}</code>'
        f"<br><small>{escape(finding.resource_type)}</small></td>"
        f"<td>{escape(finding.message)}{fix}{_evidence(finding)}</td></tr>"
    )


def _controls_data(finding: Finding) -> str:
    return f'data-controls="{escape(" ".join(finding.controls))}"'


def _evidence(finding: Finding) -> str:
    """What the verdict rests on: the thing by its full name, and the controls that it speaks to."""
    controls = escape(", ".join(finding.controls)) or "none"
    return (
        "<details><summary>evidence</summary>"
        f"<small>judged: <code>{escape(finding.urn)}</code><br>controls: {controls}</small></details>"
    )


def _passed(findings: Sequence[Finding]) -> str:
    if not findings:
        return ""
    ordered = sorted(findings, key=lambda finding: (finding.rule, finding.urn))
    rules = [_rule_passed(list(several)) for _, several in groupby(ordered, key=lambda finding: finding.rule)]
    return (
        f'<details class="passes"><summary><b>Passed</b>: {len(findings)} verdicts of {len(rules)} rules</summary>'
        f"{''.join(rules)}</details>"
    )


def _rule_passed(findings: Sequence[Finding]) -> str:
    first = findings[0]
    names = ", ".join(f"<code>{escape(one.urn.rpartition('::')[2])}</code>" for one in findings[:MOST_PASSED])
    more = f" and {len(findings) - MOST_PASSED} more" if len(findings) > MOST_PASSED else ""
    return (
        f"<details {_controls_data(first)}>"
        f"<summary>{escape(first.rule)} {escape(first.title)}: {len(findings)}</summary>"
        f"<small>{names}{more}</small></details>"
    )


def _by_framework(coverage: Iterable[Coverage]) -> dict[str, list[Coverage]]:
    found: dict[str, list[Coverage]] = {}
    for each in coverage:
        found.setdefault(each.control.framework, []).append(each)
    return found


def _framework(name: str, rows: Sequence[Coverage]) -> str:
    counts = Counter(row.standing.value for row in rows)
    summary = ", ".join(f"{count} {standing}" for standing, count in sorted(counts.items()))
    judged = "".join(_control(row) for row in rows if row.standing is not Standing.MANUAL)
    head = "<tr><th>Control</th><th>About</th><th>Standing</th><th>Rules</th></tr>"
    return (
        f'<details class="framework" data-framework="{escape(name)}">'
        f"<summary><b>{escape(name)}</b>: {summary}</summary>"
        f"<table><thead>{head}</thead><tbody>{judged}</tbody></table>{_questions(rows)}</details>"
    )


def _control(row: Coverage) -> str:
    return (
        f'<tr data-controls="{escape(row.control.name)}"><td>{escape(row.control.id)}</td>'
        f"<td>{escape(row.control.title)}</td>"
        f'<td class="{row.standing.value}">{row.standing.value}</td><td>{escape(", ".join(row.rules))}</td></tr>'
    )


def _questions(rows: Sequence[Coverage]) -> str:
    """Controls that no rule can judge, as what a person is to be asked."""
    asked = [f"<li>{escape(question(row))}</li>" for row in rows if row.standing is Standing.MANUAL]
    return f'<p class="manual">To be asked of people:</p><ul class="manual">{"".join(asked)}</ul>' if asked else ""


def question(row: Coverage) -> str:
    """What an assessor asks where no rule can judge."""
    return f"{row.control.id} {row.control.title}: who sees to it, how, and where is that recorded?"
