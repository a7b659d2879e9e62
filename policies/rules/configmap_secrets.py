"""No configuration holds a secret.

Requirement: ConfigMaps hold no access key, NGC key, private key, token or password.
Why it matters: a ConfigMap is neither encrypted nor guarded: everybody who may look at the namespace reads it.
What it looks at: keys and values of ConfigMaps.
Known limits: knows forms of well-known secrets; the finding never quotes the value.
Fix: put it into a Secret, or into Secrets Manager.
Sources: Kubernetes documentation, "ConfigMaps"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import entries
from policies.rule import Enforcement, Resource, Rule, Severity
from policies.secrecy import kinds_of_secret


def _find(configuration: Resource, _: Sequence[Resource]) -> Iterator[str]:
    for key, value in entries(configuration, "data"):
        for what in kinds_of_secret(f"{key}={value}") if isinstance(value, str) else ():
            yield f"{key} holds what looks like {what}"


RULE = Rule(
    id="RW-PSVC-004",
    title="No configuration holds a secret",
    severity=Severity.HIGH,
    applies_to=frozenset({"kubernetes:core/v1:ConfigMap"}),
    controls=cite("secrets", "CIS-K8S-2.0.1:5.4.1", "CIS-K8S-2.0.1:5.4.2"),
    fix="move the value to a Secret",
    code="kind: Secret",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
