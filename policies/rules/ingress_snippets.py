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
    controls=(
        "HIPAA:164.308(a)(5)(ii)(D)",
        "GDPR:Art.32(1)(b)",
        "CCPA-REGS:7123(c)(1)",
        "SOX-ITGC:DSS05.04",
        "NIST-800-53r5:IA-5(7)",
        "ISO-27001:A.5.17",
        "SOC2:CC6.1",
        "PCI-DSS-4.0.1:8.6.2",
        "HIPAA:164.308(a)(4)(ii)(B)",
        "HIPAA:164.312(a)(1)",
        "GDPR:Art.25(2)",
        "CCPA-REGS:7123(c)(3)",
        "SOX-ITGC:DSS06.03",
        "NIST-800-53r5:AC-6",
        "ISO-27001:A.5.15",
        "SOC2:CC6.3",
        "PCI-DSS-4.0.1:7.2.2",
    ),
    fix="remove snippet annotations",
    code="metadata: {annotations: {}}",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
