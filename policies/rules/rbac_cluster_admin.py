"""cluster-admin is for a break-glass group.

Requirement: no binding gives cluster-admin to users or service accounts, nor anything to the group system:masters.
Why it matters: cluster-admin reads every secret and every tenant's data, and can undo each of the other rules;
system:masters cannot even be taken away again.
What it looks at: `roleRef` and `subjects` of bindings that people wrote.
Known limits: a group is accepted: who is in it, the identity provider says.
Fix: bind a role with the rights that are needed; keep one group for emergencies.
Sources: Kubernetes documentation, "Role Based Access Control Good Practices"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.grants import BINDINGS, is_built_in, subjects
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(binding: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if is_built_in(binding):
        return
    all_powerful = binding.value("roleRef.name") == "cluster-admin"
    for kind, name, _namespace in subjects(binding):
        if name == "system:masters":
            yield "binds the group system:masters"
        elif all_powerful and kind != "Group":
            yield f"gives cluster-admin to {kind} {name}"


RULE = Rule(
    id="RW-PRBC-010",
    title="cluster-admin is for a break-glass group",
    severity=Severity.HIGH,
    applies_to=BINDINGS,
    controls=cite(
        "privileged-access",
        "HIPAA:164.308(a)(4)(ii)(B)",
        "HIPAA:164.312(a)(1)",
        "GDPR:Art.25(2)",
        "SOX-ITGC:DSS06.03",
        "NIST-800-53r5:AC-6",
        "ISO-27001:A.5.15",
        "PCI-DSS-4.0.1:7.2.2",
        "CIS-K8S-2.0.1:5.1.1",
        "CIS-K8S-2.0.1:5.1.7",
    ),
    fix="bind a narrower role, or a break-glass group",
    code="roleRef: {kind: ClusterRole, name: view}",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
