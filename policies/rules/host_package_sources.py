"""Packages come signed, from sources that were chosen.

Requirement: every package source is signed, and none is trusted without a signature.
Why it matters: whoever sits on the way to an unsigned source is root on every node at the next update.
What it looks at: sources with `trusted=yes`, or without a key.
Known limits: as the collector read it; a host that could not be read is not evaluated.
Fix: name the key with `signed-by`.
Sources: CIS Debian Linux 13 Benchmark and CIS Ubuntu Linux 24.04 Benchmark
"""

from __future__ import annotations

from policies.checks import facts_must_be_empty
from policies.controls import cite
from policies.rule import Enforcement, Rule, Severity

RULE = Rule(
    id="RW-PHST-003",
    title="Packages come signed, from sources that were chosen",
    severity=Severity.HIGH,
    applies_to=frozenset({"host:machine"}),
    controls=cite("supply-chain", "CIS-UBUNTU-24.04:1.2.1.1", "CIS-UBUNTU-24.04:1.2.1.2"),
    fix="sign every source",
    code="Signed-By: /usr/share/keyrings/rackwright.gpg",
    find=facts_must_be_empty("updates", "unsignedSources", because="trusted without a signature"),
    enforcement=Enforcement.ADVISORY,
)
