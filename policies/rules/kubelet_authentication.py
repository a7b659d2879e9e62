"""Kubelets ask who is calling.

Requirement: the kubelet refuses anonymous callers, checks client certificates, asks the API server who may do what,
and has no read-only port.
Why it matters: who reaches an open kubelet runs commands in every container of the node.
What it looks at: `authentication`, `authorization` and `readOnlyPort`.
Known limits: the effective configuration (`configz`) counts; a file that was changed since the start does not show.
Fix: set them.
Sources: Kubernetes documentation, "Kubelet Configuration (v1beta1)"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import is_true, known, number
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(kubelet: Resource, _: Sequence[Resource]) -> Iterator[str]:
    known(kubelet, "config")
    if is_true(kubelet.value("config.authentication.anonymous.enabled")):
        yield "anonymous callers are let in"
    if not kubelet.value("config.authentication.x509.clientCAFile"):
        yield "authentication.x509.clientCAFile is not set"
    mode = kubelet.value("config.authorization.mode", "Webhook")
    if mode != "Webhook":
        yield f"authorization.mode is {mode!r}, expected 'Webhook'"
    if number(kubelet.value("config.readOnlyPort", 0)) != 0:
        yield "readOnlyPort is open"


RULE = Rule(
    id="RW-PKBL-001",
    title="Kubelets ask who is calling",
    severity=Severity.CRITICAL,
    applies_to=frozenset({"kubernetes:component:Kubelet"}),
    controls=cite("unique-identity", "kubernetes-least-privilege", "CIS-K8S-2.0.1:4.2.1", "CIS-K8S-2.0.1:4.2.4"),
    fix="refuse anonymous callers; authorise by webhook",
    code="authentication: {anonymous: {enabled: false}}\nauthorization: {mode: Webhook}\nreadOnlyPort: 0",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
