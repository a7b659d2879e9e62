"""No pod is privileged but those that run the system.

Requirement: containers are not privileged, except parts of the system that are named with their namespace, name and
image, pinned by digest.
Why it matters: a privileged container is root on the node: it reads every tenant's memory through the GPU's devices,
and the keys of the kubelet.
What it looks at: `securityContext.privileged` of every container, and `securityContext.windowsOptions.hostProcess`;
the exceptions in `policies/system_pods.csv`.
Known limits: an exception says that a part needs it, not that it is free of faults.
Fix: remove it; a pod that needs a GPU asks for `nvidia.com/gpu`, and one that needs EFA for `vpc.amazonaws.com/efa`.
Sources: Kubernetes documentation, "Pod Security Standards"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.pods import WORKLOADS, containers_of, may, pod_of, security
from policies.reading import is_true
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(resource: Resource, _: Sequence[Resource]) -> Iterator[str]:
    pod = pod_of(resource)
    for container in containers_of(resource):
        if is_true(security(container, pod, "windowsOptions.hostProcess")):
            yield f"{container.name} is a host process"
        if is_true(container.value("securityContext.privileged")) and not may(resource, "privileged"):
            yield f"{container.name} is privileged"


RULE = Rule(
    id="RW-PPOD-001",
    title="No pod is privileged but those that run the system",
    severity=Severity.CRITICAL,
    applies_to=WORKLOADS,
    controls=cite(
        "pod-hardening",
        "HIPAA:164.308(a)(4)(ii)(B)",
        "HIPAA:164.312(a)(1)",
        "GDPR:Art.25(2)",
        "CCPA-REGS:7123(c)(3)",
        "SOX-ITGC:DSS06.03",
        "ISO-27001:A.5.15",
        "SOC2:CC6.3",
        "PCI-DSS-4.0.1:7.2.2",
        "CIS-K8S-2.0.1:5.2.2",
    ),
    fix="remove privileged; ask for devices as resources",
    code="securityContext: {privileged: false}",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
