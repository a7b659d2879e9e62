"""Containers do not run as root.

Requirement: containers run as a user other than root, with a number of 1000 or more.
Why it matters: who breaks out of a container is on the node who he was in it; a number below 1000 may be that of a
daemon of the node.
What it looks at: `runAsNonRoot` and `runAsUser` of the containers, or of the pod.
Known limits: where only `runAsNonRoot` is set, the image names the user, and the kubelet refuses root.
Fix: set `runAsNonRoot: true` and a `runAsUser`.
Sources: Kubernetes documentation, "Pod Security Standards"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.pods import WORKLOADS, containers_of, may, pod_of, security
from policies.reading import is_true, number
from policies.rule import Enforcement, Resource, Rule, Severity

FIRST_USER = 1000
"""Numbers below are for the system's own accounts (Debian: adduser.conf, FIRST_UID)."""


def _find(resource: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if may(resource, "root"):
        return
    pod = pod_of(resource)
    for container in containers_of(resource):
        user = number(security(container, pod, "runAsUser"))
        if user is None and not is_true(security(container, pod, "runAsNonRoot")):
            yield f"{container.name} may run as root"
        elif user is not None and user < FIRST_USER:
            yield f"{container.name} runs as user {user:g}, expected {FIRST_USER} or more"


RULE = Rule(
    id="RW-PPOD-005",
    title="Containers do not run as root",
    severity=Severity.HIGH,
    applies_to=WORKLOADS,
    controls=cite("pod-hardening", "CIS-K8S-2.0.1:5.2.7"),
    fix="set runAsNonRoot and a runAsUser of 1000 or more",
    code="securityContext: {runAsNonRoot: true, runAsUser: 10001}",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
