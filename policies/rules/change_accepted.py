"""A changed cluster was tested.

Requirement: acceptance ran after each change that made or changed nodes, and passed.
Why it matters: a cluster that nobody tested is tested by its users.
What it looks at: result of acceptance.
Known limits: a change without nodes has none: that is told as no acceptance, and passes.
Fix: run it: `./rw accept`.
Sources: COBIT 2019 BAI07.05 and BAI07.06
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(change: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if change.value("accepted") is False:
        yield "acceptance failed after it"


RULE = Rule(
    id="RW-PCHG-006",
    title="A changed cluster was tested",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"pipeline:change"}),
    controls=cite("change-management", "availability"),
    fix="run acceptance",
    code="./rw accept <stack>",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
