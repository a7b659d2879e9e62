"""Containers make ordinary system calls only.

Requirement: containers run under a seccomp profile: the runtime's default or one of their own.
Why it matters: most holes of the kernel are in calls that a job never makes.
What it looks at: `seccompProfile.type` of the containers, or of the pod; and the older annotation.
Known limits: a kubelet with `seccompDefault` gives the profile by itself: waive the rule there.
Fix: set `seccompProfile: {type: RuntimeDefault}`.
Sources: Kubernetes documentation, "Pod Security Standards"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.pods import WORKLOADS, containers_of, may, pod_of, security
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(resource: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if may(resource, "privileged"):
        return
    pod = pod_of(resource)
    for container in containers_of(resource):
        kind = security(container, pod, "seccompProfile.type")
        if kind not in ("RuntimeDefault", "Localhost"):
            yield f"{container.name} has seccomp profile {kind!r}, expected 'RuntimeDefault' or 'Localhost'"


RULE = Rule(
    id="RW-PPOD-007",
    title="Containers make ordinary system calls only",
    severity=Severity.MEDIUM,
    applies_to=WORKLOADS,
    controls=cite("pod-hardening", "CIS-K8S-2.0.1:5.6.2"),
    fix="set seccompProfile to RuntimeDefault",
    code="securityContext: {seccompProfile: {type: RuntimeDefault}}",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
