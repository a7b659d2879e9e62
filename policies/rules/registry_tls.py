"""Our registry speaks TLS and knows its clients.

Requirement: the registry serves TLS, and nobody pushes without an account.
Why it matters: an open registry gives every node another image overnight.
What it looks at: TLS, authentication and anonymous push of the registry.
Known limits: reading without an account is accepted where the network admits nodes only: the collector tells it.
Fix: give it a certificate and accounts.
Sources: CNCF Distribution documentation, "Configuring a registry"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.reading import is_true, known
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(registry: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if not is_true(known(registry, "tls")):
        yield "it serves without TLS"
    if not is_true(known(registry, "authentication")):
        yield "it asks readers for nothing"
    if is_true(known(registry, "anonymousPush")):
        yield "everybody may push"


RULE = Rule(
    id="RW-PREG-001",
    title="Our registry speaks TLS and knows its clients",
    severity=Severity.HIGH,
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
        "HIPAA:164.312(e)(2)(ii)",
        "GDPR:Art.32(1)(a)",
        "CCPA-REGS:7123(c)(2)",
        "SOX-ITGC:DSS05.02",
        "NIST-800-53r5:SC-8(1)",
        "ISO-27001:A.8.24",
        "SOC2:CC6.7",
        "PCI-DSS-4.0.1:4.2.1",
    ),
    fix="serve TLS and ask for accounts",
    code="http: {tls: {certificate: /etc/registry/tls.crt, key: /etc/registry/tls.key}}",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
