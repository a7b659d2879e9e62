"""Images come over TLS.

Requirement: no registry is asked over plain HTTP or without checking its certificate.
Why it matters: whoever sits on the way gives the node another image.
What it looks at: registries that the runtime knows.
Known limits: a registry on the host itself (localhost) is left out.
Fix: give the registry a certificate.
Sources: containerd documentation, "Registry Configuration"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import is_true, known, maps
from policies.rule import Enforcement, Resource, Rule, Severity

LOCAL = ("localhost", "127.", "[::1]")


def _find(containers: Resource, _: Sequence[Resource]) -> Iterator[str]:
    known(containers, "registries")
    for registry in maps(containers, "registries"):
        host = str(registry.value("host", ""))
        if is_true(registry.value("insecure")) and not host.startswith(LOCAL):
            yield f"{host} is asked without TLS"


RULE = Rule(
    id="RW-PCNT-005",
    title="Images come over TLS",
    severity=Severity.HIGH,
    applies_to=frozenset({"host:containers"}),
    controls=cite("supply-chain", "encryption-in-transit"),
    fix="use TLS for every registry",
    code='[host."https://images.example.org"]\n  capabilities = ["pull", "resolve"]',
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
