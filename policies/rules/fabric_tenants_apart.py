"""No host belongs to two tenants.

Requirement: a host is a full member of one tenant's partition only, and each partition has a key of its own.
Why it matters: a host in two partitions is the bridge between them.
What it looks at: keys and full members of all partitions.
Known limits: limited members (storage) reach full members and not each other: they may be in several.
Fix: give each host to one tenant.
Sources: InfiniBand Architecture Specification 1.7, volume 1, chapters 10 and 14; opensm(8)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import known, number, of_type, texts
from policies.rule import Enforcement, Resource, Rule, Severity

PARTITION = "fabric:partition"
MASK = 0x7FFF
"""The low 15 bits are the key, the sixteenth says full membership."""


def _find(partition: Resource, resources: Sequence[Resource]) -> Iterator[str]:
    mine, key = set(texts(known(partition, "hosts"))), _key(partition)
    if key in (0, MASK):
        yield f"key {key:#x} is invalid or that of Default"
    for other in of_type(resources, PARTITION):
        if other is partition:
            continue
        both = sorted(mine & set(texts(known(other, "hosts"))))
        if both:
            yield f"{', '.join(both)} belong to {other.name} too"
        if key == _key(other):
            yield f"key {key:#x} is also that of {other.name}"


def _key(partition: Resource) -> int:
    value = number(known(partition, "pkey"))
    return int(value) & MASK if value is not None and value.is_integer() else 0


RULE = Rule(
    id="RW-PFAB-004",
    title="No host belongs to two tenants",
    severity=Severity.CRITICAL,
    applies_to=frozenset({"fabric:partition"}),
    controls=cite("tenant-isolation"),
    fix="give each host to one tenant",
    code="fabric: {tenants: {a: {pools: [train]}}}",
    find=_find,
    enforcement=Enforcement.ADVISORY,
    needs_stack=True,
)
