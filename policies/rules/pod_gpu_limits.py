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

from policies.controls import cite
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
    controls=cite("tenant-isolation", "quotas"),
    fix="remove NVIDIA_VISIBLE_DEVICES and set resources.limits",
    code="resources: {limits: {nvidia.com/gpu: 1}}",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
