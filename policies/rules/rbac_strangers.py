"""Strangers and default accounts are given nothing.

Requirement: bindings that people wrote name neither anonymous or all signed-in users nor a default service account.
Why it matters: every pod that names no account has the default one; what it may do, every tenant's pod may do.
What it looks at: `subjects` of bindings.
Known limits: bindings of Kubernetes itself (discovery) are left out.
Fix: make an account for the workload and bind that.
Sources: Kubernetes documentation, "Role Based Access Control Good Practices"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.grants import BINDINGS, is_built_in, subjects
from policies.rule import Enforcement, Resource, Rule, Severity

STRANGERS = frozenset({"system:anonymous", "system:unauthenticated", "system:authenticated", "system:serviceaccounts"})


def _find(binding: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if is_built_in(binding):
        return
    for kind, name, namespace in subjects(binding):
        if name in STRANGERS:
            yield f"gives rights to {name}"
        elif kind == "ServiceAccount" and name == "default":
            yield f"gives rights to the default service account of {namespace or 'its namespace'}"


RULE = Rule(
    id="RW-PRBC-011",
    title="Strangers and default accounts are given nothing",
    severity=Severity.HIGH,
    applies_to=BINDINGS,
    controls=cite("unique-identity", "kubernetes-least-privilege", "CIS-K8S-2.0.1:5.1.5"),
    fix="bind an account made for the workload",
    code="subjects: [{kind: ServiceAccount, name: trainer, namespace: team-a}]",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
