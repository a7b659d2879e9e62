"""Pods have processes and memory of their own.

Requirement: pods do not share the process or IPC name space of the node, except named parts of the system.
Why it matters: with `hostPID` a pod sees every process and reads its environment; with `hostIPC` it reads the shared
memory through which NCCL passes training data.
What it looks at: `hostPID` and `hostIPC` of pods and templates.
Known limits: an exception is by name and image (`policies/system_pods.csv`).
Fix: remove both; a job that needs shared memory mounts an `emptyDir` of medium Memory at /dev/shm.
Sources: Kubernetes documentation, "Pod Security Standards"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.pods import WORKLOADS, may, pod_of
from policies.reading import is_true
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(resource: Resource, _: Sequence[Resource]) -> Iterator[str]:
    pod = pod_of(resource)
    for name in ("hostPID", "hostIPC"):
        if is_true(pod.value(name)) and not may(resource, name):
            yield f"{name} is on"


RULE = Rule(
    id="RW-PPOD-002",
    title="Pods have processes and memory of their own",
    severity=Severity.HIGH,
    applies_to=WORKLOADS,
    controls=cite("pod-hardening", "tenant-isolation", "CIS-K8S-2.0.1:5.2.3", "CIS-K8S-2.0.1:5.2.4"),
    fix="remove hostPID and hostIPC",
    code="hostPID: false\nhostIPC: false",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
