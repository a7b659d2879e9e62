"""Accounts of services cannot log in.

Requirement: accounts below number 1000, except root, have no shell and no password.
Why it matters: a daemon's account with a shell turns a hole in the daemon into a session.
What it looks at: shell and password of these accounts.
Known limits: sync, shutdown and halt keep the shells that they are.
Fix: set the shell to nologin.
Sources: CIS Debian Linux 13 Benchmark and CIS Ubuntu Linux 24.04 Benchmark
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import known, maps, number
from policies.rule import Enforcement, Resource, Rule, Severity

FIRST_USER = 1000
SHELLS = ("sh", "bash", "dash", "zsh", "fish", "ksh")
OWN = ("root", "sync", "shutdown", "halt")


def _find(host: Resource, _: Sequence[Resource]) -> Iterator[str]:
    known(host, "users")
    for user in maps(host, "users"):
        uid, name = number(user.value("uid")), user.value("name")
        if uid is None or uid >= FIRST_USER or name in OWN:
            continue
        if str(user.value("shell", "")).rpartition("/")[2] in SHELLS:
            yield f"{name} has shell {user.value('shell')}"
        if user.value("password") == "set":
            yield f"{name} has a password"


RULE = Rule(
    id="RW-PHST-027",
    title="Accounts of services cannot log in",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"host:machine"}),
    controls=cite("unique-identity", "hardening-baseline"),
    fix="set the shell to /usr/sbin/nologin",
    code="usermod --shell /usr/sbin/nologin munge",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
