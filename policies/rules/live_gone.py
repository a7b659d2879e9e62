"""What the stack made is still there.

Requirement: everything that the state records exists.
Why it matters: somebody deleted it past the pipeline: the key, the trail, the log.
What it looks at: recorded resources that the live account does not have.
Known limits: of types that were listed only.
Fix: find out who, and apply again.
Sources: NIST SP 800-53 r5 CM-3(5)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(thing: Resource, _: Sequence[Resource]) -> Iterator[str]:
    kind = thing.value("type")
    if kind:
        yield f"{kind} {thing.value('id', '')} is gone"


RULE = Rule(
    id="RW-PACC-014",
    title="What the stack made is still there",
    severity=Severity.HIGH,
    applies_to=frozenset({"live:gone"}),
    controls=cite("continuous-compliance"),
    fix="apply the stack again",
    code="./rw up <stack>",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
