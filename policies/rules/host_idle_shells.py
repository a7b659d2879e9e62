"""Idle sessions end.

Requirement: shells end after 15 minutes without a key being pressed.
Why it matters: an unattended session is somebody else's.
What it looks at: TMOUT of log-in shells.
Known limits: programs that run in the shell are not ended.
Fix: set TMOUT read-only.
Sources: CIS Debian Linux 13 Benchmark and CIS Ubuntu Linux 24.04 Benchmark
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import known, number
from policies.rule import Enforcement, Resource, Rule, Severity

MOST_S = 900


def _find(host: Resource, _: Sequence[Resource]) -> Iterator[str]:
    seconds = number(known(host, "shellTimeoutSeconds"))
    if not seconds or seconds < 0:
        yield "idle shells never end"
    elif seconds > MOST_S:
        yield f"idle shells end after {seconds:g} s, expected at most {MOST_S} s"


RULE = Rule(
    id="RW-PHST-039",
    title="Idle sessions end",
    severity=Severity.LOW,
    applies_to=frozenset({"host:machine"}),
    controls=cite("remote-access", "CIS-UBUNTU-24.04:5.4.3.2"),
    fix="set TMOUT",
    code="readonly TMOUT=900",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
