"""GPU metrics, schedulers and notebooks are not published.

Requirement: services of type LoadBalancer or NodePort do not publish ports of metrics, schedulers, dashboards or
notebooks, and a load balancer is internal unless it names its sources.
Why it matters: the GPU exporter tells what runs where, and its profiler page takes the node down (CVE-2026-47483); a
notebook on the internet is a shell for everybody.
What it looks at: `type`, `ports`, `loadBalancerSourceRanges` and the annotations for internal load balancers of
services.
Known limits: an ingress controller that publishes web ports is accepted with source ranges or when it serves 443
only.
Fix: make it ClusterIP, and go through the VPN.
Sources: Kubernetes documentation, "Service"; NVIDIA bulletin 5857
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import maps, number
from policies.rule import Enforcement, Resource, Rule, Severity

CLOSED = {
    2379: "etcd",
    3000: "Grafana",
    6817: "Slurm controller",
    6818: "Slurm node",
    6819: "Slurm accounting",
    6820: "Slurm REST",
    8265: "Ray",
    8888: "notebooks",
    9090: "Prometheus",
    9100: "node exporter",
    9400: "GPU exporter",
    10250: "kubelet",
}
INTERNAL = (
    ("service.beta.kubernetes.io/aws-load-balancer-internal", "true"),
    ("service.beta.kubernetes.io/aws-load-balancer-scheme", "internal"),
)
WEB = 443


def _find(service: Resource, _: Sequence[Resource]) -> Iterator[str]:
    kind = service.value("spec.type", "ClusterIP")
    if kind not in ("LoadBalancer", "NodePort") or (kind == "LoadBalancer" and _is_internal(service)):
        return
    ports = [number(port.value(name)) for port in maps(service, "spec.ports") for name in ("port", "targetPort")]
    for port, what in CLOSED.items():
        if port in ports:
            yield f"publishes port {port} ({what}) as {kind}"
    more_than_web = bool({number(port.value("port")) for port in maps(service, "spec.ports")} - {WEB})
    if kind == "LoadBalancer" and more_than_web and not service.value("spec.loadBalancerSourceRanges"):
        yield "a load balancer on the internet names no sources"


def _is_internal(service: Resource) -> bool:
    annotations = service.value("metadata.annotations")
    return isinstance(annotations, dict) and any(annotations.get(key) == value for key, value in INTERNAL)


RULE = Rule(
    id="RW-PSVC-001",
    title="GPU metrics, schedulers and notebooks are not published",
    severity=Severity.CRITICAL,
    applies_to=frozenset({"kubernetes:core/v1:Service"}),
    controls=cite("no-public-service"),
    fix="use type ClusterIP, or an internal load balancer",
    code="spec: {type: ClusterIP}",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
