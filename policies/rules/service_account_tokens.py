"""Service accounts have no tokens that live for ever.

Requirement: no Secret of type `kubernetes.io/service-account-token` exists.
Why it matters: such a token never ends and works from anywhere; the ones that pods get end within the hour.
What it looks at: `type` of Secrets.
Known limits: the values of Secrets are never read.
Fix: ask for a token with TokenRequest, or use workload identity.
Sources: Kubernetes documentation, "Managing Service Accounts"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(secret: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if secret.value("type") == "kubernetes.io/service-account-token":
        yield "is a token of a service account that never ends"


RULE = Rule(
    id="RW-PSVC-005",
    title="Service accounts have no tokens that live for ever",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"kubernetes:core/v1:Secret"}),
    controls=cite("credential-rotation", "CIS-K8S-2.0.1:5.1.6"),
    fix="remove the Secret and use TokenRequest",
    code="kubectl create token trainer --duration=1h",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
