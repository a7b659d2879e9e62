"""Passwords are long, and guessing ends.

Requirement: PAM asks for 14 characters, refuses the last 24, and locks after at most ten wrong tries.
Why it matters: where a password is used at all (sudo, console), guessing must not pay.
What it looks at: what PAM asks for.
Known limits: accounts of a directory have the directory's rules.
Fix: set pwquality, pwhistory and faillock.
Sources: CIS Debian Linux 13 Benchmark and CIS Ubuntu Linux 24.04 Benchmark
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import known, number
from policies.rule import Enforcement, Resource, Rule, Severity

LEAST = {"minLength": 14, "remember": 24}
MOST_TRIES = 10


def _find(host: Resource, _: Sequence[Resource]) -> Iterator[str]:
    for name, least in LEAST.items():
        value = number(known(host, "passwords", name))
        if value is None or value < least:
            yield f"{name} is {known(host, 'passwords', name)!r}, expected at least {least}"
    tries = number(known(host, "passwords", "lockAfter"))
    if tries is None or not 0 < tries <= MOST_TRIES:
        yield f"lockAfter is {known(host, 'passwords', 'lockAfter')!r}, expected 1 to {MOST_TRIES}"


RULE = Rule(
    id="RW-PHST-025",
    title="Passwords are long, and guessing ends",
    severity=Severity.LOW,
    applies_to=frozenset({"host:machine"}),
    controls=cite(
        "mfa",
        "HIPAA:164.312(a)(2)(i)",
        "GDPR:Art.32(4)",
        "CCPA-REGS:7123(c)(3)",
        "NIST-800-53r5:IA-2",
        "ISO-27001:A.5.16",
        "PCI-DSS-4.0.1:8.2.1",
        "CIS-UBUNTU-24.04:5.3.3.2.2",
    ),
    fix="set minlen, remember and deny",
    code="minlen = 14\ndeny = 5",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
