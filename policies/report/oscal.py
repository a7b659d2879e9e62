"""The audit as OSCAL assessment results (NIST, model version 1.1.2): observations, findings and reviewed controls."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from datetime import datetime

from policies.audit import AuditResult, Coverage, Standing
from policies.report.json import JsonValue
from policies.rule import Finding

OSCAL_VERSION = "1.1.2"
NAMESPACE = uuid.UUID("6d1f2f0e-6c5b-5b0e-9a53-3f0f0b6f1d11")
"""Own namespace for name-based ids (RFC 9562, version 5), so that the same audit gives the same document."""

NAMESPACE_URI = "urn:rackwright:oscal"
"""Namespace of our own properties."""

STATES: dict[Standing, str] = {Standing.FAILED: "not-satisfied", Standing.PASSED: "satisfied"}
REASONS: dict[Standing, str] = {Standing.FAILED: "fail", Standing.PASSED: "pass"}
"""OSCAL knows two states; every other standing is told as not satisfied, with its reason."""


def render_oscal(result: AuditResult, *, stack: str, at: datetime) -> str:
    """Assessment results of `stack` as judged `at`, which must carry a time zone.

    A control is *satisfied* only where a rule passed and none failed or was left out. Controls without a rule are left
    to a person and are not among the findings.
    """
    seed = f"{stack}/{at.isoformat()}"
    judged = [each for each in result.coverage if each.standing not in {Standing.MANUAL, Standing.NOT_APPLICABLE}]
    observed = [finding for finding in result.findings if finding.controls]
    root: dict[str, JsonValue] = {
        "uuid": name_based_id(seed, "results"),
        "metadata": {
            "title": f"Policy audit of stack {stack}",
            "last-modified": at.isoformat(),
            "version": "1",
            "oscal-version": OSCAL_VERSION,
        },
        "import-ap": {"href": "#plan"},
        "results": [_result(result, judged, observed, seed, at)],
    }
    return json.dumps({"assessment-results": root}, indent=2) + "\n"


def _result(
    result: AuditResult, judged: Sequence[Coverage], observed: Sequence[Finding], seed: str, at: datetime
) -> JsonValue:
    controls: list[JsonValue] = [{"control-id": token(each.control.name)} for each in judged]
    selection: dict[str, JsonValue] = {"include-controls": controls} if controls else {"include-all": {}}
    found: dict[str, JsonValue] = {
        "uuid": name_based_id(seed, "result"),
        "title": "Rules of the policy pack",
        "description": f"Profile {result.profile.name}. Evidence for an assessment, not a statement of compliance.",
        "start": at.isoformat(),
        "reviewed-controls": {"control-selections": [selection]},
    }
    if observed:
        found["observations"] = [_observation(finding, seed, at) for finding in observed]
    if judged:
        found["findings"] = [_finding(each, observed, seed) for each in judged]
    return found


def _observation(finding: Finding, seed: str, at: datetime) -> JsonValue:
    return {
        "uuid": _observation_id(finding, seed),
        "title": f"{finding.rule}: {finding.title}",
        "description": finding.message or finding.status.value,
        "methods": ["TEST"],
        "collected": at.isoformat(),
        "props": [
            {"name": "status", "ns": NAMESPACE_URI, "value": finding.status.value},
            {"name": "severity", "ns": NAMESPACE_URI, "value": finding.severity.value},
        ],
        "subjects": [
            {
                "subject-uuid": name_based_id(seed, finding.urn),
                "type": "resource",
                "title": finding.urn,
            }
        ],
    }


def _finding(coverage: Coverage, observed: Sequence[Finding], seed: str) -> JsonValue:
    name = coverage.control.name
    related: list[JsonValue] = [
        {"observation-uuid": _observation_id(finding, seed)} for finding in observed if name in finding.controls
    ]
    state = STATES.get(coverage.standing, "not-satisfied")
    return {
        "uuid": name_based_id(seed, f"finding {name}"),
        "title": f"{name} {coverage.control.title}",
        "description": f"{coverage.standing.value} by {', '.join(coverage.rules)}",
        "target": {
            "type": "objective-id",
            "target-id": token(name),
            "status": {"state": state, "reason": REASONS.get(coverage.standing, "other")},
        },
        "related-observations": related,
    }


def _observation_id(finding: Finding, seed: str) -> str:
    return name_based_id(seed, f"{finding.rule} {finding.urn} {finding.status} {finding.message}")


def name_based_id(seed: str, name: str) -> str:
    """The same id for the same `name` in the document that `seed` stands for."""
    return str(uuid.uuid5(NAMESPACE, f"{seed}/{name}"))


def token(name: str) -> str:
    """A control's name as an OSCAL token: a letter or ``_`` first, then also digits, ``-`` and ``.``."""
    return "".join(character if character.isalnum() or character in "_-." else "_" for character in name).lower()
