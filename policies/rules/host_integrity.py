"""Changed programs are noticed.

Requirement: a tool watches the system's files, on a schedule.
Why it matters: a replaced sshd looks like the old one.
What it looks at: AIDE and its timer.
Known limits: a tool of another maker: waive the rule.
Fix: install AIDE with its timer.
Sources: CIS Debian Linux 13 Benchmark and CIS Ubuntu Linux 24.04 Benchmark
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import is_true, known
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(host: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if known(host, "integrity", "tool") == "none":
        yield "no tool watches the system's files"
    elif not is_true(known(host, "integrity", "scheduled")):
        yield "the integrity check runs on no schedule"


RULE = Rule(
    id="RW-PHST-038",
    title="Changed programs are noticed",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"host:machine"}),
    controls=cite("file-integrity", "CIS-UBUNTU-24.04:6.3.1", "CIS-UBUNTU-24.04:6.3.2"),
    fix="install AIDE and enable its timer",
    code="apt-get install aide && systemctl enable --now dailyaidecheck.timer",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
