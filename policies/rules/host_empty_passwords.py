"""No account is open without a password.

Requirement: no account has an empty password, and root's is locked.
Why it matters: `su` and the console let in whoever knows the name.
What it looks at: state of passwords; hashes are never read out.
Known limits: as the collector read it; a host that could not be read is not evaluated.
Fix: lock it: `passwd -l`.
Sources: CIS Debian Linux 13 Benchmark and CIS Ubuntu Linux 24.04 Benchmark
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import known, maps
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(host: Resource, _: Sequence[Resource]) -> Iterator[str]:
    known(host, "users")
    for user in maps(host, "users"):
        if user.value("password") == "empty":
            yield f"{user.value('name')} has an empty password"
        if user.value("name") == "root" and user.value("password") == "set":
            yield "root has a password; lock it and use sudo"


RULE = Rule(
    id="RW-PHST-024",
    title="No account is open without a password",
    severity=Severity.CRITICAL,
    applies_to=frozenset({"host:machine"}),
    controls=cite("unique-identity", "CIS-UBUNTU-24.04:5.4.2.4"),
    fix="lock the account",
    code="passwd -l root",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
