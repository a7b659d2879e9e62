"""Every namespace enforces a Pod Security Standard.

Requirement: namespaces carry the label `pod-security.kubernetes.io/enforce` with `restricted` or `baseline`.
Why it matters: the rules on pods tell what is wrong; only admission keeps it from starting.
What it looks at: labels of namespaces; those of the system are left out.
Known limits: another admission controller (Kyverno, Gatekeeper) may do the same: waive the rule there.
Fix: label the namespace.
Sources: Kubernetes documentation, "Pod Security Admission"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.namespaces import SYSTEM
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(namespace: Resource, _: Sequence[Resource]) -> Iterator[str]:
    labels = namespace.value("metadata.labels", {})
    level = labels.get("pod-security.kubernetes.io/enforce") if isinstance(labels, dict) else None
    if level not in ("restricted", "baseline") and str(namespace.value("metadata.name")) not in SYSTEM:
        yield f"pod security is {level or 'unset'!r}, expected 'restricted' or 'baseline'"


RULE = Rule(
    id="RW-PNSP-001",
    title="Every namespace enforces a Pod Security Standard",
    severity=Severity.HIGH,
    applies_to=frozenset({"kubernetes:core/v1:Namespace"}),
    controls=cite("pod-hardening", "default-deny", "CIS-K8S-2.0.1:5.2.1"),
    fix="label the namespace with pod-security.kubernetes.io/enforce",
    code="metadata: {labels: {pod-security.kubernetes.io/enforce: restricted}}",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
