"""Who writes a change does not apply it.

Requirement: changes are applied by the pipeline's account, or by somebody other than the author.
Why it matters: the account that may change everything belongs to a process, not to a person's lunch break.
What it looks at: who applied each change.
Known limits: an emergency is applied by hand, and waived afterwards by its number.
Fix: apply from the pipeline.
Sources: COBIT 2019 DSS06.03
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import is_true, known
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(change: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if is_true(known(change, "byPipeline")):
        return
    who = known(change, "appliedBy")
    if who == known(change, "author"):
        yield f"{who} wrote and applied it"


RULE = Rule(
    id="RW-PCHG-002",
    title="Who writes a change does not apply it",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"pipeline:change"}),
    controls=cite("segregation-of-duties"),
    fix="apply from the pipeline",
    code="./rw up <stack>   # in the pipeline",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
