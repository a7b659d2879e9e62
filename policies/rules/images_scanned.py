"""The registry scans what it is given, and again later.

Requirement: the registry scans continuously, or on push at least.
Why it matters: holes are found after the image was pushed.
What it looks at: scan rules of the registry.
Known limits: findings are read in Security Hub.
Fix: use enhanced scanning.
Sources: Amazon ECR User Guide, "Image scanning"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import maps
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(registry: Resource, _: Sequence[Resource]) -> Iterator[str]:
    rules = maps(registry, "rules")
    if not rules:
        yield "it scans nothing by itself"
    for rule in rules:
        if rule.value("scanFrequency") == "MANUAL":
            yield f"{rule.name} scans by hand only (MANUAL)"


RULE = Rule(
    id="RW-PIMG-007",
    title="The registry scans what it is given, and again later",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration"}),
    controls=cite("vulnerability-scanning"),
    fix="scan continuously",
    code=(
        'scan_type="ENHANCED", rules=[{"scan_frequency": "CONTINUOUS_SCAN", "repository_filters": '
        '[{"filter": "*", "filter_type": "WILDCARD"}]}]'
    ),
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
