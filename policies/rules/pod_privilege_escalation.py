"""No process in a pod gains rights that it did not start with.

Requirement: every container sets `allowPrivilegeEscalation: false`.
Why it matters: without it a set-uid program in the image makes a user root in the container, the first step of every
escape through the container toolkit.
What it looks at: `securityContext.allowPrivilegeEscalation` of every container.
Known limits: absent counts as allowed, as Kubernetes takes it.
Fix: set it to false.
Sources: Kubernetes documentation, "Pod Security Standards"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.pods import WORKLOADS, containers_of, may
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(resource: Resource, _: Sequence[Resource]) -> Iterator[str]:
    for container in containers_of(resource):
        if container.value("securityContext.allowPrivilegeEscalation", default=True) is False:
            continue
        if not may(resource, "privileged") and not may(resource, "root"):
            yield f"{container.name} may gain privileges"


RULE = Rule(
    id="RW-PPOD-004",
    title="No process in a pod gains rights that it did not start with",
    severity=Severity.HIGH,
    applies_to=WORKLOADS,
    controls=cite("pod-hardening", "CIS-K8S-2.0.1:5.2.6"),
    fix="set allowPrivilegeEscalation to false",
    code="securityContext: {allowPrivilegeEscalation: false}",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
