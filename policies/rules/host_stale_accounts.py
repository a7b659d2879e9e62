"""Accounts that nobody uses end.

Requirement: accounts with a password must change it within a year, and are locked 45 days after it ended.
Why it matters: the account of somebody who left is used by somebody else.
What it looks at: `maxDays` and `inactiveDays` of accounts with a password.
Known limits: accounts with keys only are ended in the directory.
Fix: set PASS_MAX_DAYS and INACTIVE.
Sources: CIS Debian Linux 13 Benchmark and CIS Ubuntu Linux 24.04 Benchmark
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import known, maps, number
from policies.rule import Enforcement, Resource, Rule, Severity

MOST_DAYS = 365
MOST_IDLE_DAYS = 45


def _find(host: Resource, _: Sequence[Resource]) -> Iterator[str]:
    known(host, "users")
    for user in maps(host, "users"):
        if user.value("password") != "set":
            continue
        longest, idle = number(user.value("maxDays")), number(user.value("inactiveDays"))
        if longest is None or longest > MOST_DAYS:
            yield f"{user.value('name')} may keep a password for ever, expected at most {MOST_DAYS} days"
        if idle is None or not 0 <= idle <= MOST_IDLE_DAYS:
            yield f"{user.value('name')} is not locked when idle, expected within {MOST_IDLE_DAYS} days"


RULE = Rule(
    id="RW-PHST-026",
    title="Accounts that nobody uses end",
    severity=Severity.LOW,
    applies_to=frozenset({"host:machine"}),
    controls=cite("stale-access", "CIS-UBUNTU-24.04:5.4.1.1", "CIS-UBUNTU-24.04:5.4.1.5"),
    fix="set an end for passwords and idle accounts",
    code="chage --maxdays 365 --inactive 45 alice",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
