"""The stack as an OSCAL component definition (NIST, model version 1.1.2): its controls and the rules behind them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from policies.audit import AuditResult, Coverage, Standing
from policies.report.json import JsonValue
from policies.report.oscal import NAMESPACE_URI, OSCAL_VERSION, name_based_id, token
from policies.rule import Finding

LEFT_TO_PEOPLE = (Standing.MANUAL, Standing.NOT_APPLICABLE)


def render_oscal_components(result: AuditResult, *, stack: str, at: datetime) -> str:
    """Two components: the stack with the controls that its audit speaks to, and the rules that prove them.

    `at` must carry a time zone.
    A control appears with its standing, whatever it is; what people must judge is left out.
    """
    seed = f"{stack}/{at.isoformat()}"
    judged = [each for each in result.coverage if each.standing not in LEFT_TO_PEOPLE]
    components: list[JsonValue] = [_stack(stack, judged, seed)]
    if rules := sorted({finding.rule: finding for finding in result.findings}.items()):
        components.append(_pack([finding for _, finding in rules], seed))
    root: dict[str, JsonValue] = {
        "uuid": name_based_id(seed, "components"),
        "metadata": {
            "title": f"Stack {stack} as built and checked",
            "last-modified": at.isoformat(),
            "version": "1",
            "oscal-version": OSCAL_VERSION,
        },
        "components": components,
    }
    return json.dumps({"component-definition": root}, indent=2) + "\n"


def _stack(stack: str, judged: Sequence[Coverage], seed: str) -> JsonValue:
    found: dict[str, JsonValue] = {
        "uuid": name_based_id(seed, "stack"),
        "type": "service",
        "title": stack,
        "description": "A GPU cluster, from its stack file to its hosts.",
    }
    implementations: list[JsonValue] = [
        _implementation(framework, list(rows), seed)
        for framework, rows in groupby(judged, key=lambda row: row.control.framework)
    ]
    return {**found, "control-implementations": implementations} if implementations else found


def _implementation(framework: str, rows: Sequence[Coverage], seed: str) -> JsonValue:
    requirements: list[JsonValue] = [_requirement(row, seed) for row in rows]
    return {
        "uuid": name_based_id(seed, f"implementation {framework}"),
        "source": f"urn:framework:{token(framework)}",
        "description": f"What the rules say of {framework}. Evidence for an assessment, not a statement of compliance.",
        "implemented-requirements": requirements,
    }


def _requirement(row: Coverage, seed: str) -> JsonValue:
    properties: list[JsonValue] = [{"name": "rule", "ns": NAMESPACE_URI, "value": rule} for rule in row.rules]
    return {
        "uuid": name_based_id(seed, f"requirement {row.control.name}"),
        "control-id": token(row.control.name),
        "description": f"{row.control.title}: {row.standing.value}, from {row.findings} verdicts.",
        "props": [{"name": "standing", "ns": NAMESPACE_URI, "value": row.standing.value}, *properties],
    }


def _pack(rules: Sequence[Finding], seed: str) -> JsonValue:
    properties: list[JsonValue] = [
        {"name": "rule", "ns": NAMESPACE_URI, "value": rule.rule, "remarks": rule.title} for rule in rules
    ]
    return {
        "uuid": name_based_id(seed, "pack"),
        "type": "validation",
        "title": "Rackwright's policy rules",
        "description": "The rules that judged the stack.",
        "props": properties,
    }
