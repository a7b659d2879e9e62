"""Nobody writes the ingress controller's configuration.

Requirement: ingresses use no snippet annotation, no Lua and no alias of nginx.
Why it matters: a snippet runs in the controller, which reads the secrets of every namespace (CVE-2021-25742).
What it looks at: annotations of ingresses.
Known limits: other controllers than nginx ignore these annotations.
Fix: remove the annotation; refuse it in the controller (`allow-snippet-annotations: false`).
Sources: CVE-2021-25742; Kubernetes ingress-nginx, "Annotations"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.rule import Enforcement, Resource, Rule, Severity

FORBIDDEN = ("snippet", "lua")
NGINX = "nginx.ingress.kubernetes.io/"


def _find(ingress: Resource, _: Sequence[Resource]) -> Iterator[str]:
    annotations = ingress.value("metadata.annotations", {})
    for key, value in annotations.items() if isinstance(annotations, dict) else ():
        written = isinstance(value, str) and any(word in value for word in ("alias ", "_by_lua", "load_module"))
        if str(key).startswith(NGINX) and (any(word in str(key) for word in FORBIDDEN) or written):
            yield f"annotation {key} writes the controller's configuration"


RULE = Rule(
    id="RW-PSVC-003",
    title="Nobody writes the ingress controller's configuration",
    severity=Severity.HIGH,
    applies_to=frozenset({"kubernetes:networking.k8s.io/v1:Ingress"}),
    controls=cite("secrets", "least-privilege"),
    fix="remove snippet annotations",
    code="metadata: {annotations: {}}",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
