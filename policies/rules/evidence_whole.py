"""The evidence log is whole.

Requirement: hashes and signatures of the evidence log hold from the first record to its head.
Why it matters: evidence that can be changed is none.
What it looks at: result of the verification.
Known limits: who holds the signing key can write another log: keep the public key elsewhere.
Fix: find out who changed it; restore it from its copy.
Sources: 17 CFR 210.2-06; NIST SP 800-53 r5 AU-9(3)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import is_true, known, texts
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(log: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if not is_true(known(log, "verified")):
        yield f"it does not hold: {'; '.join(texts(log.value('faults'))) or 'no reason was given'}"


RULE = Rule(
    id="RW-PCHG-009",
    title="The evidence log is whole",
    severity=Severity.CRITICAL,
    applies_to=frozenset({"pipeline:log"}),
    controls=cite("log-integrity", "risk-evidence"),
    fix="restore the log from its copy",
    code="./rw evidence verify",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
