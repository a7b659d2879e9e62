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

from policies.controls import cite
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
    controls=cite("supply-chain"),
    fix="turn the proxy and deletion off",
    code="storage: {delete: {enabled: false}}",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
