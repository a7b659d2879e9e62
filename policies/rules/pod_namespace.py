"""Nothing runs in the default namespace.

Requirement: objects that run or are reached lie in a namespace made for them.
Why it matters: policies, quotas and Pod Security are given to namespaces; the default one has none of them.
What it looks at: `metadata.namespace` of workloads, services, config maps and secrets.
Known limits: the service ``kubernetes`` and what Kubernetes itself puts there are left out.
Fix: make a namespace for the team.
Sources: Kubernetes documentation, "Namespaces"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.pods import WORKLOADS, namespace_of, title_of
from policies.rule import Enforcement, Resource, Rule, Severity

OWN = frozenset({"kubernetes", "kube-root-ca.crt"})
"""What Kubernetes puts into the default namespace itself."""


def _find(resource: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if namespace_of(resource) == "default" and title_of(resource) not in OWN:
        yield "lies in the default namespace"


RULE = Rule(
    id="RW-PPOD-016",
    title="Nothing runs in the default namespace",
    severity=Severity.LOW,
    applies_to=WORKLOADS | {"kubernetes:core/v1:Service", "kubernetes:core/v1:Secret", "kubernetes:core/v1:ConfigMap"},
    controls=cite(
        "network-segmentation",
        "HIPAA:164.312(a)(1)",
        "NIST-800-53r5:SC-4",
        "SOC2:CC6.1",
        "CIS-K8S-2.0.1:5.6.4",
        "CIS-K8S-2.0.1:5.6.1",
    ),
    fix="name a namespace",
    code="metadata: {namespace: team-a}",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
