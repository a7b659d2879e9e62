"""The audit as JSON, for programs."""

from __future__ import annotations

import json
from typing import TypeAlias

from policies.audit import AuditResult, Coverage
from policies.rule import Finding

JsonValue: TypeAlias = "bool | int | float | str | list[JsonValue] | dict[str, JsonValue] | None"
"""What JSON can say. pydantic has such a type; rules and reports start without it."""


def render_json(result: AuditResult) -> str:
    """Profile, counts, findings and coverage; the same result gives the same bytes."""
    data: dict[str, JsonValue] = {
        "profile": result.profile.name,
        "frameworks": [*sorted(result.profile.frameworks)],
        "counts": {status.value: count for status, count in result.counts().items()},
        "blocking": len(result.blocking),
        "findings": [finding_as_json(finding) for finding in result.findings],
        "coverage": [_coverage(each) for each in result.coverage],
    }
    return json.dumps(data, indent=2) + "\n"


def finding_as_json(finding: Finding) -> dict[str, JsonValue]:
    """One finding as plain values."""
    return {
        "rule": finding.rule,
        "title": finding.title,
        "severity": finding.severity.value,
        "enforcement": finding.enforcement.value,
        "status": finding.status.value,
        "urn": finding.urn,
        "type": finding.resource_type,
        "message": finding.message,
        "fix": finding.fix,
        "code": finding.code,
        "controls": list(finding.controls),
    }


def _coverage(coverage: Coverage) -> JsonValue:
    return {
        "control": coverage.control.name,
        "title": coverage.control.title,
        "standing": coverage.standing.value,
        "rules": list(coverage.rules),
        "findings": coverage.findings,
    }
