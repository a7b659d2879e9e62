"""The key to the registry lies where it is used.

Requirement: Secrets of type `kubernetes.io/dockerconfigjson` lie neither in the default namespace nor in a public
one.
Why it matters: an NGC key in the wrong namespace is everybody's key: it downloads what the organisation pays for, and
pushes where it may.
What it looks at: `type` and namespace of Secrets.
Known limits: which registry a key is for only its value says, and that is never read.
Fix: put it into the namespace of the pods that pull with it.
Sources: NVIDIA NGC documentation, "Using an API key"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.pods import namespace_of
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(secret: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if secret.value("type") == "kubernetes.io/dockerconfigjson" and namespace_of(secret) in ("default", "kube-public"):
        yield f"the registry's key lies in namespace {namespace_of(secret)}"


RULE = Rule(
    id="RW-PSVC-006",
    title="The key to the registry lies where it is used",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"kubernetes:core/v1:Secret"}),
    controls=cite("secrets", "least-privilege"),
    fix="move the Secret to the namespace of its pods",
    code="metadata: {namespace: team-a}",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
