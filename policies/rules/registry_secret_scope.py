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
    fix="move the Secret to the namespace of its pods",
    code="metadata: {namespace: team-a}",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
