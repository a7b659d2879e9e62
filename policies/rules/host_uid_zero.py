"""Only root is root.

Requirement: no account but root has the number 0.
Why it matters: a second root is a door that no list of administrators shows.
What it looks at: users and their numbers.
Known limits: accounts of a directory service are not looked at.
Fix: remove the account.
Sources: CIS Debian Linux 13 Benchmark and CIS Ubuntu Linux 24.04 Benchmark
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import known, maps, number
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(host: Resource, _: Sequence[Resource]) -> Iterator[str]:
    known(host, "users")
    for user in maps(host, "users"):
        if number(user.value("uid")) == 0 and user.value("name") != "root":
            yield f"{user.value('name')} has number 0"


RULE = Rule(
    id="RW-PHST-023",
    title="Only root is root",
    severity=Severity.CRITICAL,
    applies_to=frozenset({"host:machine"}),
    controls=cite(
        "privileged-access",
        "HIPAA:164.312(a)(2)(i)",
        "NIST-800-53r5:IA-2",
        "ISO-27001:A.5.16",
        "SOC2:CC6.1",
        "PCI-DSS-4.0.1:8.2.1",
        "CIS-UBUNTU-24.04:5.4.2.1",
    ),
    fix="remove the account",
    code="usermod --uid 1500 toor",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
