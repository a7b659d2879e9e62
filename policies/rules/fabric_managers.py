"""The subnet is run by named hosts, more than one.

Requirement: at least two named hosts may run the subnet manager.
Why it matters: a single one is a single point of failure; an unnamed one is whichever host an intruder starts opensm
on.
What it looks at: `managers` of the subnet, and whether they authenticate each other.
Known limits: a UFM pair counts as two.
Fix: name two managers.
Sources: InfiniBand Architecture Specification 1.7, volume 1, chapters 10 and 14; opensm(8)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import known, texts
from policies.rule import Enforcement, Resource, Rule, Severity

LEAST = 2


def _find(subnet: Resource, _: Sequence[Resource]) -> Iterator[str]:
    managers = texts(known(subnet, "managers"))
    if not managers:
        yield "no host is named that may run the subnet manager"
    elif len(managers) < LEAST:
        yield f"only {managers[0]} may run the subnet manager"


RULE = Rule(
    id="RW-PFAB-005",
    title="The subnet is run by named hosts, more than one",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"fabric:subnet"}),
    controls=cite("disaster-recovery", "privileged-access"),
    fix="name two subnet managers",
    code="fabric: {ufm: true}",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
