"""Nothing is everybody's to write.

Requirement: no file or directory outside the temporary ones may be written by everybody.
Why it matters: who writes what root later runs is root.
What it looks at: what the collector found; at most a hundred.
Known limits: shared file systems are left out of the search.
Fix: chmod o-w.
Sources: CIS Debian Linux 13 Benchmark and CIS Ubuntu Linux 24.04 Benchmark
"""

from __future__ import annotations

from policies.checks import facts_must_be_empty
from policies.controls import cite
from policies.rule import Enforcement, Rule, Severity

RULE = Rule(
    id="RW-PHST-031",
    title="Nothing is everybody's to write",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"host:machine"}),
    controls=cite("file-integrity", "least-privilege"),
    fix="chmod o-w",
    code="chmod o-w /opt/tool",
    find=facts_must_be_empty("worldWritable", because="everybody may write"),
    enforcement=Enforcement.ADVISORY,
)
