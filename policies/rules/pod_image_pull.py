"""A pod cannot start an image that it may not pull.

Requirement: images are pulled, or checked with the registry, at every start.
Why it matters: with IfNotPresent a pod of another tenant starts a private image that happens to lie on the node,
without any credential.
What it looks at: `imagePullPolicy` of every container.
Known limits: the admission plug-in AlwaysPullImages does it for the whole cluster; waive the rule there.
Fix: set `imagePullPolicy: Always`; with a digest it costs one request.
Sources: Kubernetes documentation, "Images", section "Image pull policy"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.pods import WORKLOADS, containers_of, may
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(resource: Resource, _: Sequence[Resource]) -> Iterator[str]:
    for container in containers_of(resource):
        policy = container.value("imagePullPolicy")
        if policy != "Always" and not may(resource, "root"):
            yield f"{container.name} has imagePullPolicy {policy!r}, expected 'Always'"


RULE = Rule(
    id="RW-PPOD-012",
    title="A pod cannot start an image that it may not pull",
    severity=Severity.LOW,
    applies_to=WORKLOADS,
    controls=(
        "HIPAA:164.308(a)(5)(ii)(B)",
        "GDPR:Art.32(1)",
        "CCPA-REGS:7123(c)(14)",
        "SOX-ITGC:ITGC-PC",
        "NIST-800-53r5:SI-7",
        "NIST-800-53r5:SR-11",
        "ISO-27001:A.8.19",
        "SOC2:CC8.1",
        "PCI-DSS-4.0.1:6.3.2",
        "HIPAA:164.308(a)(4)(ii)(B)",
        "HIPAA:164.312(a)(1)",
        "GDPR:Art.25(2)",
        "CCPA-REGS:7123(c)(3)",
        "SOX-ITGC:DSS06.03",
        "NIST-800-53r5:AC-6",
        "ISO-27001:A.5.15",
        "SOC2:CC6.3",
        "PCI-DSS-4.0.1:7.2.2",
    ),
    fix="set imagePullPolicy to Always",
    code="imagePullPolicy: Always",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
