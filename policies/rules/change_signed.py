"""Commits are signed by people we know.

Requirement: every commit of an applied change carries a good signature.
Why it matters: a name in a commit is what its writer typed.
What it looks at: signature of each commit.
Known limits: which keys are trusted git's configuration says.
Fix: sign commits.
Sources: SLSA 1.0, source track; NIST SP 800-53 r5 AU-10
"""

from __future__ import annotations

from policies.checks import facts_must_be
from policies.controls import cite
from policies.rule import Enforcement, Rule, Severity

RULE = Rule(
    id="RW-PCHG-008",
    title="Commits are signed by people we know",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"pipeline:commit"}),
    controls=cite("supply-chain", "unique-identity"),
    fix="sign commits",
    code="git config commit.gpgsign true",
    find=facts_must_be({"signature": ("good",)}),
    enforcement=Enforcement.ADVISORY,
)
