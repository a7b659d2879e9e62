"""The audit as SARIF 2.1.0, for code scanning. OASIS, "Static Analysis Results Interchange Format", 2020-03-27."""

from __future__ import annotations

import json
from collections.abc import Sequence

from policies.audit import AuditResult
from policies.report.json import JsonValue
from policies.rule import Finding, Severity, Status

LEVELS: dict[Severity, str] = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
}
SCORES: dict[Severity, str] = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.0",
    Severity.LOW: "2.0",
}
"""`security-severity`, in the ranges that code scanning sorts by."""

KINDS: dict[Status, str] = {
    Status.PASSED: "pass",
    Status.FAILED: "fail",
    Status.WAIVED: "fail",
    Status.NOT_EVALUATED: "open",
}
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def render_sarif(result: AuditResult) -> str:
    """All findings as results; waived ones are suppressed, those not evaluated are open."""
    driver: JsonValue = {"name": "rackwright", "rules": _rules(result.findings)}
    run: JsonValue = {"tool": {"driver": driver}, "results": [_result(finding) for finding in result.findings]}
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rules(findings: Sequence[Finding]) -> list[JsonValue]:
    by_id = {finding.rule: finding for finding in findings}
    return [
        {
            "id": rule,
            "shortDescription": {"text": finding.title},
            "help": {"text": finding.fix},
            "properties": {"tags": list(finding.controls), "security-severity": SCORES[finding.severity]},
        }
        for rule, finding in sorted(by_id.items())
    ]


def _result(finding: Finding) -> JsonValue:
    kind = KINDS[finding.status]
    result: dict[str, JsonValue] = {
        "ruleId": finding.rule,
        "kind": kind,
        "level": LEVELS[finding.severity] if kind == "fail" else "none",
        "message": {"text": finding.message or finding.title},
        "locations": [
            {
                "logicalLocations": [
                    {
                        "name": finding.urn.rpartition("::")[2],
                        "fullyQualifiedName": finding.urn,
                        "kind": "resource",
                    }
                ]
            }
        ],
    }
    if finding.status is Status.WAIVED:
        result["suppressions"] = [{"kind": "external", "justification": finding.message}]
    return result
