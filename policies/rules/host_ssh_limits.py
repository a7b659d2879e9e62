"""ssh ends what is idle, and soon gives up on guessing.

Requirement: sshd allows four tries and a minute to log in, and ends connections that do not answer.
Why it matters: an unattended session is somebody else's; many tries are guessing.
What it looks at: `maxauthtries`, `logingracetime`, `clientaliveinterval`, `clientalivecountmax`.
Known limits: as the collector read it; a host that could not be read is not evaluated.
Fix: set the limits of the role.
Sources: CIS Debian Linux 13 Benchmark and CIS Ubuntu Linux 24.04 Benchmark
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import known, number
from policies.rule import Enforcement, Resource, Rule, Severity

MOST = {"maxauthtries": 4, "logingracetime": 60, "clientaliveinterval": 900}
"""Tries, and seconds; 0 is no limit."""


def _find(host: Resource, _: Sequence[Resource]) -> Iterator[str]:
    for name, most in MOST.items():
        value = number(known(host, "sshd", name))
        if value is None or not 0 < value <= most:
            yield f"{name} is {known(host, 'sshd', name)!r}, expected 1 to {most}"


RULE = Rule(
    id="RW-PHST-009",
    title="ssh ends what is idle, and soon gives up on guessing",
    severity=Severity.LOW,
    applies_to=frozenset({"host:machine"}),
    controls=cite("remote-access"),
    fix="limit tries, time to log in and idle sessions",
    code="MaxAuthTries 4\nLoginGraceTime 60\nClientAliveInterval 300",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
