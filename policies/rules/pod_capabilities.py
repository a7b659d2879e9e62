"""Containers give up the powers of root.

Requirement: containers drop all capabilities and add back at most NET_BIND_SERVICE, and IPC_LOCK where they ask for
EFA or RDMA devices.
Why it matters: NET_RAW forges packets on the pod network, SYS_ADMIN is as good as root; what a container does not
have, an intruder cannot use.
What it looks at: `capabilities.drop` and `capabilities.add` of every container.
Known limits: IPC_LOCK is accepted with an EFA or RDMA device only: it pins the memory that the adapter reads.
Fix: drop ALL and add back what is needed.
Sources: Kubernetes documentation, "Pod Security Standards"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.pods import WORKLOADS, containers_of, may
from policies.reading import texts
from policies.rule import Enforcement, Resource, Rule, Severity

HARMLESS = frozenset({"NET_BIND_SERVICE"})
PINNING = frozenset({"IPC_LOCK", "SYS_RESOURCE"})
ADAPTERS = ("vpc.amazonaws.com/efa", "rdma/")
"""Device resources that need pinned memory."""


def _find(resource: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if may(resource, "capabilities") or may(resource, "privileged"):
        return
    for container in containers_of(resource):
        if "ALL" not in texts(container.value("securityContext.capabilities.drop")):
            yield f"{container.name} keeps capabilities (drop lacks ALL)"
        allowed = HARMLESS | (PINNING if _has_adapter(container) else frozenset())
        added = sorted(set(texts(container.value("securityContext.capabilities.add"))) - allowed)
        if added:
            yield f"{container.name} adds {', '.join(added)}"


def _has_adapter(container: Resource) -> bool:
    limits = container.value("resources.limits")
    return isinstance(limits, dict) and any(str(name).startswith(ADAPTERS) for name in limits)


RULE = Rule(
    id="RW-PPOD-006",
    title="Containers give up the powers of root",
    severity=Severity.HIGH,
    applies_to=WORKLOADS,
    controls=cite("pod-hardening", "CIS-K8S-2.0.1:5.2.8", "CIS-K8S-2.0.1:5.2.9"),
    fix="drop ALL capabilities",
    code="securityContext: {capabilities: {drop: [ALL]}}",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
