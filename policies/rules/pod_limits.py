"""Containers say what they need and get no more.

Requirement: every container asks for CPU and memory, and has a memory limit; one with a GPU limit asks for whole
devices.
Why it matters: a job without limits takes the memory of the node, and the kernel ends somebody else's job to get it
back.
What it looks at: `resources.requests` and `resources.limits` of containers; init containers too.
Known limits: a LimitRange of the namespace may fill them in: that shows in the live object only.
Fix: set requests and a memory limit.
Sources: Kubernetes documentation, "Resource Management for Pods and Containers"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.pods import WORKLOADS, containers_of, may
from policies.rule import Enforcement, Resource, Rule, Severity

WANTED = ("requests.cpu", "requests.memory", "limits.cpu", "limits.memory")


def _find(resource: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if may(resource, "root"):
        return
    for container in containers_of(resource):
        missing = [name for name in WANTED if container.value(f"resources.{name}") is None]
        if missing:
            yield f"{container.name} has no {', '.join(missing)}"


RULE = Rule(
    id="RW-PPOD-009",
    title="Containers say what they need and get no more",
    severity=Severity.MEDIUM,
    applies_to=WORKLOADS,
    controls=cite("availability", "quotas"),
    fix="set resources.requests and a memory limit",
    code='resources: {requests: {cpu: "2", memory: 8Gi}, limits: {cpu: "2", memory: 8Gi}}',
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
