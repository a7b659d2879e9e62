"""The audit as JUnit XML, for pipelines that know tests: each rule is a suite, each resource a case."""

from __future__ import annotations

import html
from collections.abc import Sequence
from itertools import groupby

from policies.audit import AuditResult
from policies.rule import Finding, Status


def render_junit(result: AuditResult) -> str:
    """Failures are violations; what was waived or not evaluated is skipped, with its reason."""
    ordered = sorted(result.findings, key=lambda finding: (finding.rule, finding.urn, finding.message))
    suites = [_suite(rule, list(findings)) for rule, findings in groupby(ordered, key=lambda finding: finding.rule)]
    body = "\n".join(suites)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="rackwright">\n{body}\n</testsuites>\n'


def _suite(rule: str, findings: Sequence[Finding]) -> str:
    failed = sum(finding.status is Status.FAILED for finding in findings)
    skipped = sum(finding.status in {Status.NOT_EVALUATED, Status.WAIVED} for finding in findings)
    head = f'<testsuite name={_text(rule)} tests="{len(findings)}" failures="{failed}" skipped="{skipped}">'
    return "\n".join((head, *map(_case, findings), "</testsuite>"))


def _case(finding: Finding) -> str:
    head = f"<testcase classname={_text(finding.rule)} name={_text(finding.urn)}"
    if finding.status is Status.PASSED:
        return f"{head}/>"
    if finding.status is Status.FAILED:
        why = f"{finding.message}. Fix: {finding.fix}."
        return f"{head}><failure type={_text(finding.severity)} message={_text(why)}/></testcase>"
    return f"{head}><skipped message={_text(f'{finding.status.value}: {finding.message}')}/></testcase>"


def _text(value: str) -> str:
    """`value` as a quoted attribute, without the control characters that XML 1.0 forbids."""
    allowed = "".join(
        c if c in "\t\n" or (c >= " " and c.isprintable()) else "\N{REPLACEMENT CHARACTER}" for c in value
    )
    return f'"{html.escape(allowed)}"'.replace("\n", "&#10;").replace("\t", "&#9;")
