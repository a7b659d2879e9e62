"""Pods see no files of the node.

Requirement: pods mount no directory of the node, except named parts of the system, and never the socket of a
container runtime.
Why it matters: a mounted directory of the node is the way out of the container; the runtime's socket is root on the
node, and reaches every tenant's container.
What it looks at: `hostPath` of volumes.
Known limits: local scratch on NVMe comes as an ephemeral or a local persistent volume, not as `hostPath`.
Fix: use an `emptyDir`, a generic ephemeral volume or a CSI driver.
Sources: Kubernetes documentation, "Pod Security Standards"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.pods import WORKLOADS, may, pod_of
from policies.reading import maps
from policies.rule import Enforcement, Resource, Rule, Severity

SOCKETS = ("docker.sock", "containerd.sock", "crio.sock")


def _find(resource: Resource, _: Sequence[Resource]) -> Iterator[str]:
    for volume in maps(pod_of(resource), "volumes"):
        path = volume.value("hostPath.path")
        if path is None:
            continue
        if str(path).endswith(SOCKETS) and not may(resource, "privileged"):
            yield f"{path} is mounted: it commands the container runtime"
        elif not may(resource, "hostPath"):
            yield f"{path} of the node is mounted"


RULE = Rule(
    id="RW-PPOD-014",
    title="Pods see no files of the node",
    severity=Severity.HIGH,
    applies_to=WORKLOADS,
    controls=cite("pod-hardening", "tenant-isolation", "CIS-K8S-2.0.1:5.2.11"),
    fix="replace hostPath by an emptyDir or a persistent volume",
    code="volumes: [{name: scratch, emptyDir: {}}]",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
