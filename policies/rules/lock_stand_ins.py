"""No stand-in goes into a real cluster.

Requirement: no locked image is a stand-in.
Why it matters: a stand-in is a small image under a real name, made for a rehearsal: a cluster that runs it does
nothing.
What it looks at: `standIn` of images.
Known limits: a rehearsal on the local cloud uses them on purpose: hence advice; preflight (RW-SW-040) refuses them
for a real target.
Fix: lock with the real registry: `./rw lock --online`.
Sources: this project, docs/guides
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import is_true
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(image: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if is_true(image.value("standIn")):
        yield f"{image.name} is a stand-in"


RULE = Rule(
    id="RW-PLCK-003",
    title="No stand-in goes into a real cluster",
    severity=Severity.HIGH,
    applies_to=frozenset({"lock:image"}),
    controls=cite("supply-chain"),
    fix="lock the real image",
    code="./rw lock <stack>",
    find=_find,
    enforcement=Enforcement.ADVISORY,
    confidence=Severity.LOW,
)
