"""EKS runs a release that still gets fixes.

Requirement: the cluster's Kubernetes release is supported, and control plane upgrades are not left to extended
support by accident.
Why it matters: after the end of standard support AWS charges six times as much, and a year later upgrades by itself,
jobs or not.
What it looks at: `version` and the ends in the catalog.
Known limits: without a version AWS takes its newest: that passes.
Fix: upgrade one minor release at a time.
Sources: https://endoflife.date/kubernetes (dates in `rackwright/catalog/data/software.yaml`)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.floors import end_of_line
from policies.rule import Enforcement, Resource, Rule, Severity
from policies.stack import indexed

OLDEST_KNOWN = (1, 33)
"""Releases before the catalog's first have ended."""


def _find(cluster: Resource, resources: Sequence[Resource]) -> Iterator[str]:
    version = cluster.value("version")
    if not isinstance(version, str):
        return
    end = end_of_line("kubernetes", version)
    if end is not None and end < indexed(resources).today:
        yield f"Kubernetes {version} has ended on {end.isoformat()}"
    elif end is None and _number(version) < OLDEST_KNOWN:
        yield f"Kubernetes {version} has ended"


def _number(version: str) -> tuple[int, ...]:
    parts = version.split(".")[:2]
    return tuple(int(part) for part in parts) if all(part.isdecimal() for part in parts) else OLDEST_KNOWN


RULE = Rule(
    id="RW-PEKS-004",
    title="EKS runs a release that still gets fixes",
    severity=Severity.HIGH,
    applies_to=frozenset({"aws:eks/cluster:Cluster"}),
    controls=cite("patching"),
    fix="upgrade the cluster",
    code='scheduler: {kind: kubernetes, version: "1.35"}',
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
