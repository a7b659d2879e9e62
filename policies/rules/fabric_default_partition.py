"""Hosts of different tenants cannot talk.

Requirement: with tenants, hosts are limited members of the Default partition.
Why it matters: full membership of Default lets every host reach every other, whatever the tenants' own keys say.
What it looks at: tenants and default membership of the subnet.
Known limits: a fabric of one tenant may use Default in full.
Fix: generate partitions.conf from the design.
Sources: InfiniBand Architecture Specification 1.7, volume 1, chapters 10 and 14; opensm(8)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import known, number
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(subnet: Resource, _: Sequence[Resource]) -> Iterator[str]:
    tenants = number(known(subnet, "tenants")) or 0
    if tenants > 0 and known(subnet, "defaultMembership") != "limited":
        yield f"{tenants:g} tenants share the Default partition as full members"


RULE = Rule(
    id="RW-PFAB-002",
    title="Hosts of different tenants cannot talk",
    severity=Severity.CRITICAL,
    applies_to=frozenset({"fabric:subnet"}),
    controls=cite("tenant-isolation", "fabric-partitions"),
    fix="make hosts limited members of Default",
    code="Default=0x7fff, ipoib, defmember=limited : ALL, ALL_SWITCHES=full, SELF=full;",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
