"""Security updates are installed.

Requirement: no installed package waits for a security update, and the lists that say so are fresh.
Why it matters: published holes are used within days; a node that runs for weeks on one job misses every one of them.
What it looks at: pending security updates and the age of the package lists.
Known limits: the lists are read as they are: a mirror that is behind hides updates, which their age shows.
Fix: patch in the maintenance window: `./rw upgrade`.
Sources: CIS Debian Linux 13 Benchmark and CIS Ubuntu Linux 24.04 Benchmark
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import known, number, texts
from policies.rule import Enforcement, Resource, Rule, Severity

FRESH_DAYS = 14
SHOWN = 5


def _find(host: Resource, _: Sequence[Resource]) -> Iterator[str]:
    waiting = texts(known(host, "updates", "security"))
    if waiting:
        more = f" and {len(waiting) - SHOWN} more" if len(waiting) > SHOWN else ""
        yield f"{len(waiting)} security updates wait: {', '.join(waiting[:SHOWN])}{more}"
    age = number(known(host, "updates", "ageDays"))
    if age is None or age > FRESH_DAYS:
        yield f"package lists are {age if age is None else format(age, 'g')} days old, expected at most {FRESH_DAYS}"


RULE = Rule(
    id="RW-PHST-001",
    title="Security updates are installed",
    severity=Severity.HIGH,
    applies_to=frozenset({"host:machine"}),
    controls=cite("patching", "CIS-UBUNTU-24.04:1.2.2.1"),
    fix="install the security updates",
    code="apt-get update && apt-get upgrade",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
