"""A change has a reason.

Requirement: each change names the request that asked for it.
Why it matters: an auditor samples changes and asks why; a commit message is an answer only for its author.
What it looks at: `ticket` of each change.
Known limits: any non-empty reference counts.
Fix: name the ticket in the approval file.
Sources: COBIT 2019 BAI06.01
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import known
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(change: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if not known(change, "ticket"):
        yield "no request is named that asked for it"


RULE = Rule(
    id="RW-PCHG-007",
    title="A change has a reason",
    severity=Severity.LOW,
    applies_to=frozenset({"pipeline:change"}),
    controls=cite("change-management", "evidence-of-change"),
    fix="name the ticket",
    code="approval: {ticket: OPS-123}",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
