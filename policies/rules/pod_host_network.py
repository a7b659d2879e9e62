"""Pods are on the pod network, where policies hold.

Requirement: pods use neither the network of the node nor its ports, except named parts of the system.
Why it matters: network policies do not reach a pod on the node's network: it talks to the metadata service and takes
the node's role, and it listens on the node's addresses.
What it looks at: `hostNetwork`, and `hostPort` of the containers' ports.
Known limits: NCCL over EFA or InfiniBand needs no host network: the device plug-ins hand the devices in.
Fix: remove both, and publish a Service.
Sources: Kubernetes documentation, "Pod Security Standards"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.pods import WORKLOADS, containers_of, may, pod_of
from policies.reading import is_true, maps
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(resource: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if is_true(pod_of(resource).value("hostNetwork")):
        if not may(resource, "hostNetwork"):
            yield "hostNetwork is on"
        return
    for container in containers_of(resource):
        ports = [port.value("hostPort") for port in maps(container, "ports") if port.value("hostPort")]
        if ports and not may(resource, "hostPort"):
            yield f"{container.name} takes port {', '.join(map(str, ports))} of the node"


RULE = Rule(
    id="RW-PPOD-003",
    title="Pods are on the pod network, where policies hold",
    severity=Severity.HIGH,
    applies_to=WORKLOADS,
    controls=cite("pod-hardening", "network-segmentation", "CIS-K8S-2.0.1:5.2.5", "CIS-K8S-2.0.1:5.2.12"),
    fix="remove hostNetwork and hostPort",
    code="hostNetwork: false",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
