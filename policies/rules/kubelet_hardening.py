"""Kubelets keep the node as it should be.

Requirement: the kubelet protects the kernel's settings, writes its packet filter chains, records events, ends idle
streams, keeps the node's name, gives every pod seccomp and a limit of processes.
Why it matters: a pod that fork-bombs or changes sysctl takes the node, and with it eight GPUs, from everybody.
What it looks at: `protectKernelDefaults`, `makeIPTablesUtilChains`, `eventRecordQPS`,
`streamingConnectionIdleTimeout`, `seccompDefault`, `podPidsLimit`.
Known limits: the effective configuration (`configz`) counts; a file that was changed since the start does not show.
Fix: set them.
Sources: Kubernetes documentation, "Kubelet Configuration (v1beta1)"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import is_true, known, number
from policies.rule import Enforcement, Resource, Rule, Severity

ON = {"protectKernelDefaults": False, "seccompDefault": False, "makeIPTablesUtilChains": True}
"""Option that must be on -> what the kubelet takes when it is absent."""


def _find(kubelet: Resource, _: Sequence[Resource]) -> Iterator[str]:
    known(kubelet, "config")
    for name, default in ON.items():
        if not is_true(kubelet.value(f"config.{name}", default)):
            yield f"{name} is not on"
    limit = number(kubelet.value("config.podPidsLimit", -1))
    if limit is None or limit <= 0:
        yield "podPidsLimit is not set"
    if number(kubelet.value("config.eventRecordQPS", 50)) == 0:
        yield "eventRecordQPS is 0: events are recorded without any limit"
    if kubelet.value("config.streamingConnectionIdleTimeout", "4h") in ("0", "0s"):
        yield "idle streams never end"


RULE = Rule(
    id="RW-PKBL-003",
    title="Kubelets keep the node as it should be",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"kubernetes:component:Kubelet"}),
    controls=cite("system-hardening", "CIS-K8S-2.0.1:4.2.13", "CIS-K8S-2.0.1:4.2.14"),
    fix="set the hardening options",
    code="protectKernelDefaults: true\nseccompDefault: true\npodPidsLimit: 4096",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
