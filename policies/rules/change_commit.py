"""A change is a commit that everybody can read.

Requirement: changes are applied from a clean checkout of a commit.
Why it matters: what is applied from somebody's disk cannot be read by anybody later.
What it looks at: commit and state of the checkout.
Known limits: whether the commit is on the protected branch the forge says.
Fix: commit, and apply the commit.
Sources: NIST SP 800-53 r5 CM-3
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import is_true, known
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(change: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if not known(change, "commit"):
        yield "no commit is recorded"
    elif is_true(known(change, "dirty")):
        yield f"the checkout differed from {str(known(change, 'commit'))[:12]}"


RULE = Rule(
    id="RW-PCHG-004",
    title="A change is a commit that everybody can read",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"pipeline:change"}),
    controls=cite("change-management", "evidence-of-change"),
    fix="apply a commit from a clean checkout",
    code="git status --porcelain && ./rw up <stack>",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
