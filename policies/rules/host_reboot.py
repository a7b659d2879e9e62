"""Installed fixes of the kernel are in use.

Requirement: no host waits for a restart.
Why it matters: a fixed kernel on the disk protects nobody while the old one runs.
What it looks at: `updates.rebootRequired`.
Known limits: as the collector read it; a host that could not be read is not evaluated.
Fix: drain and restart it: `./rw upgrade` does it in batches.
Sources: CIS Debian Linux 13 Benchmark and CIS Ubuntu Linux 24.04 Benchmark
"""

from __future__ import annotations

from policies.checks import fact_must_be
from policies.controls import cite
from policies.rule import Enforcement, Rule, Severity

RULE = Rule(
    id="RW-PHST-004",
    title="Installed fixes of the kernel are in use",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"host:machine"}),
    controls=cite("patching", "CIS-UBUNTU-24.04:1.2.2.1"),
    fix="drain and restart the host",
    code="./rw upgrade <stack>",
    find=fact_must_be("updates", "rebootRequired", value=False, because="it waits for a restart"),
    enforcement=Enforcement.ADVISORY,
)
