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

from policies.controls import cite
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
    controls=cite("supply-chain", "encryption-in-transit"),
    fix="serve TLS and ask for accounts",
    code="http: {tls: {certificate: /etc/registry/tls.crt, key: /etc/registry/tls.key}}",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
