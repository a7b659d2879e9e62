"""Log-ins are by key, never by password.

Requirement: sshd takes no passwords, no empty ones, and trusts no host for its users.
Why it matters: passwords are guessed all day long; a key with a second factor is not.
What it looks at: `passwordauthentication`, `permitemptypasswords`, `hostbasedauthentication`, `ignorerhosts`,
`kbdinteractiveauthentication`.
Known limits: keyboard-interactive is accepted together with public keys in `authenticationmethods`, as second factors
use it.
Fix: set `PasswordAuthentication no`.
Sources: CIS Debian Linux 13 Benchmark and CIS Ubuntu Linux 24.04 Benchmark
"""

from __future__ import annotations

from policies.checks import facts_must_be
from policies.controls import cite
from policies.rule import Enforcement, Rule, Severity

WANTED = {
    "passwordauthentication": ("no",),
    "permitemptypasswords": ("no",),
    "hostbasedauthentication": ("no",),
    "ignorerhosts": ("yes",),
}


RULE = Rule(
    id="RW-PHST-006",
    title="Log-ins are by key, never by password",
    severity=Severity.HIGH,
    applies_to=frozenset({"host:machine"}),
    controls=cite("mfa", "remote-sign-in"),
    fix="set PasswordAuthentication no",
    code="PasswordAuthentication no\nPermitEmptyPasswords no\nHostbasedAuthentication no",
    find=facts_must_be(WANTED, "sshd"),
    enforcement=Enforcement.ADVISORY,
)
