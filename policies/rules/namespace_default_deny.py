"""Every namespace begins with nothing allowed.

Requirement: each namespace has a network policy that selects all its pods and admits nothing by itself, in both
directions.
Why it matters: without one, every pod of every tenant reaches every other, the metrics of the GPUs and the metadata
service.
What it looks at: NetworkPolicies with an empty `podSelector`.
Known limits: whether the network plug-in enforces policies is judged by RW-PEKS-005 on EKS, and by a person
elsewhere.
Fix: add a policy that selects everything, with types Ingress and Egress and no rule.
Sources: Kubernetes documentation, "Network Policies"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.namespaces import SYSTEM
from policies.pods import namespace_of
from policies.reading import of_type, texts
from policies.rule import Enforcement, Resource, Rule, Severity

OBJECT = "kubernetes:networking.k8s.io/v1:NetworkPolicy"


def _find(namespace: Resource, resources: Sequence[Resource]) -> Iterator[str]:
    name = str(namespace.value("metadata.name", ""))
    if name in SYSTEM:
        return
    mine = [each for each in of_type(resources, OBJECT) if namespace_of(each) == name]
    if not any(
        not each.value("spec.podSelector") and {"Ingress", "Egress"} <= set(texts(each.value("spec.policyTypes")))
        for each in mine
    ):
        yield "no network policy denies by default, both ways"


RULE = Rule(
    id="RW-PNSP-002",
    title="Every namespace begins with nothing allowed",
    severity=Severity.HIGH,
    applies_to=frozenset({"kubernetes:core/v1:Namespace"}),
    controls=cite("default-deny", "network-policy", "CIS-K8S-2.0.1:5.3.2", "CIS-K8S-2.0.1:5.3.1"),
    fix="add a default-deny network policy",
    code="spec: {podSelector: {}, policyTypes: [Ingress, Egress]}",
    find=_find,
    enforcement=Enforcement.ADVISORY,
    needs_stack=True,
)
