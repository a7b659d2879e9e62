"""Pods get GPUs from the scheduler, and no other way.

Requirement: no container reaches GPUs past the scheduler: it names them as a resource, and not by
`NVIDIA_VISIBLE_DEVICES`.
Why it matters: a container with NVIDIA_VISIBLE_DEVICES=all sees every GPU of the node, and with it the memory of
other tenants' jobs; a toolkit that trusts the variable gives it to whoever asks.
What it looks at: `env` of containers, and the `runtimeClassName` of pods that ask for no GPU.
Known limits: parts of the GPU operator that need all GPUs are named in `policies/system_pods.csv`.
Fix: ask for `nvidia.com/gpu` (or a MIG slice) in `resources.limits`.
Sources: NVIDIA Container Toolkit documentation, "Restricting GPU access in Kubernetes"; CVE-2024-0132
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.pods import WORKLOADS, containers_of, environment, may
from policies.rule import Enforcement, Resource, Rule, Severity

NO_GPUS = frozenset({"", "none", "void"})


def _find(resource: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if may(resource, "privileged"):
        return
    for container in containers_of(resource):
        for name, value in environment(container):
            if name == "NVIDIA_VISIBLE_DEVICES" and str(value or "") not in NO_GPUS:
                yield f"{container.name} takes GPUs by NVIDIA_VISIBLE_DEVICES"


RULE = Rule(
    id="RW-PPOD-017",
    title="Pods get GPUs from the scheduler, and no other way",
    severity=Severity.HIGH,
    applies_to=WORKLOADS,
    controls=(
        "HIPAA:164.312(a)(1)",
        "GDPR:Art.32(1)(b)",
        "CCPA-REGS:7123(c)(10)",
        "NIST-800-53r5:SC-4",
        "NIST-800-53r5:AC-4",
        "ISO-27001:A.8.22",
        "SOC2:CC6.1",
        "PCI-DSS-4.0.1:1.2.1",
        "SOX-ITGC:BAI04.03",
        "NIST-800-53r5:SC-5(2)",
        "ISO-27001:A.8.6",
        "SOC2:A1.1",
    ),
    fix="remove NVIDIA_VISIBLE_DEVICES and set resources.limits",
    code="resources: {limits: {nvidia.com/gpu: 1}}",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
