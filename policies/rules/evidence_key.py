"""The key does not lie with what it signs.

Requirement: the signing key of the evidence log lies elsewhere than the log.
Why it matters: who copies the folder can otherwise write another past.
What it looks at: place of key and log.
Known limits: where the key's backup lies nobody can see.
Fix: set RW_EVIDENCE_KEYS to another place.
Sources: NIST SP 800-53 r5 AU-10, SC-12
"""

from __future__ import annotations

from policies.checks import fact_must_be
from policies.controls import cite
from policies.rule import Enforcement, Rule, Severity

RULE = Rule(
    id="RW-PCHG-010",
    title="The key does not lie with what it signs",
    severity=Severity.HIGH,
    applies_to=frozenset({"pipeline:log"}),
    controls=cite("key-management", "segregation-of-duties"),
    fix="move the key",
    code="RW_EVIDENCE_KEYS=/run/keys ./rw up <stack>",
    find=fact_must_be("keyBesideLog", value=False, because="the signing key lies beside the log"),
    enforcement=Enforcement.ADVISORY,
)
