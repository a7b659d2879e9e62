"""Containers cannot write to their own programs.

Requirement: the root file system of every container is read-only.
Why it matters: an intruder who cannot write cannot leave a program behind that the next job runs.
What it looks at: `securityContext.readOnlyRootFilesystem`.
Known limits: NGC images that build caches below / need volumes there.
Fix: set it, and mount an `emptyDir` where the program writes.
Sources: Kubernetes documentation, "Pod Security Standards"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.pods import WORKLOADS, containers_of, may
from policies.reading import is_true
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(resource: Resource, _: Sequence[Resource]) -> Iterator[str]:
    for container in containers_of(resource):
        if not is_true(container.value("securityContext.readOnlyRootFilesystem")) and not may(resource, "writes"):
            yield f"{container.name} can write to its root file system"


RULE = Rule(
    id="RW-PPOD-008",
    title="Containers cannot write to their own programs",
    severity=Severity.LOW,
    applies_to=WORKLOADS,
    controls=cite(
        "pod-hardening",
        "HIPAA:164.312(c)(1)",
        "GDPR:Art.5(1)(f)",
        "CCPA-REGS:7123(c)(8)",
        "SOX-ITGC:BAI10.05",
        "NIST-800-53r5:SI-7",
        "SOC2:CC7.1",
        "PCI-DSS-4.0.1:11.5.2",
    ),
    fix="set readOnlyRootFilesystem",
    code="securityContext: {readOnlyRootFilesystem: true}",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
