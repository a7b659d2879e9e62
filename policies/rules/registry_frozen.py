"""Our registry serves what was locked, and keeps it.

Requirement: the registry serves images of the lock, passes nothing else through, and deletes nothing over its API.
Why it matters: a pull-through cache brings in what nobody reviewed, the moment that somebody misspells a name.
What it looks at: proxy, upstreams and deletion.
Known limits: a development site may want a proxy: waive the rule.
Fix: fill it by `./rw mirror`.
Sources: CNCF Distribution documentation, "Configuring a registry"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.reading import is_true, known
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(registry: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if is_true(known(registry, "proxy")):
        yield "it passes through what it does not hold"
    if is_true(known(registry, "deletion")):
        yield "images can be deleted over its API"
    if not is_true(known(registry, "byDigest")):
        yield "it serves more than the lock names"


RULE = Rule(
    id="RW-PREG-002",
    title="Our registry serves what was locked, and keeps it",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"registry:server"}),
    controls=(
        "HIPAA:164.308(a)(5)(ii)(B)",
        "GDPR:Art.32(1)",
        "CCPA-REGS:7123(c)(14)",
        "SOX-ITGC:ITGC-PC",
        "NIST-800-53r5:SI-7",
        "NIST-800-53r5:SR-11",
        "ISO-27001:A.8.19",
        "SOC2:CC8.1",
        "PCI-DSS-4.0.1:6.3.2",
    ),
    fix="turn the proxy and deletion off",
    code="storage: {delete: {enabled: false}}",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
