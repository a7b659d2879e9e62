"""Becoming root takes a password and leaves a trace.

Requirement: sudo asks for a password, from a terminal of its own, logs each use, and forgets within 15 minutes; `su`
is for a group.
Why it matters: NOPASSWD makes every stolen session a root session.
What it looks at: NOPASSWD entries, `use_pty`, log and time-out of sudo, and pam_wheel.
Known limits: the account that configures hosts (ansible) needs NOPASSWD: it is accepted by the names below.
Fix: remove NOPASSWD, set `use_pty` and `logfile`.
Sources: CIS Debian Linux 13 Benchmark and CIS Ubuntu Linux 24.04 Benchmark
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import is_true, known, number, texts
from policies.rule import Enforcement, Resource, Rule, Severity

CONFIGURERS = frozenset({"rackwright", "ansible", "root"})
MOST_MINUTES = 15


def _find(host: Resource, _: Sequence[Resource]) -> Iterator[str]:
    free = sorted(set(texts(known(host, "sudo", "withoutPassword"))) - CONFIGURERS)
    if free:
        yield f"become root without a password: {', '.join(free)}"
    if not is_true(known(host, "sudo", "usePty")):
        yield "use_pty is not set"
    if not is_true(known(host, "sudo", "log")):
        yield "uses of sudo are not logged"
    written = known(host, "sudo", "timeoutMinutes")
    minutes = number(written)
    if minutes is None or not 0 <= minutes <= MOST_MINUTES:
        yield f"sudo remembers a password for {written!r} minutes, expected at most {MOST_MINUTES}"
    if not is_true(known(host, "suRestricted")):
        yield "su is open to everybody"


RULE = Rule(
    id="RW-PHST-029",
    title="Becoming root takes a password and leaves a trace",
    severity=Severity.HIGH,
    applies_to=frozenset({"host:machine"}),
    controls=cite(
        "privileged-access",
        "audit-logging",
        "CIS-UBUNTU-24.04:5.2.2",
        "CIS-UBUNTU-24.04:5.2.3",
        "CIS-UBUNTU-24.04:5.2.6",
        "CIS-UBUNTU-24.04:5.2.7",
    ),
    fix="ask for a password, log sudo",
    code="Defaults use_pty\nDefaults logfile=/var/log/sudo.log",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
