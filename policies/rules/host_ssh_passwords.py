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
    controls=(
        "HIPAA:164.312(d)",
        "GDPR:Art.32(1)(b)",
        "CCPA-REGS:7123(c)(1)",
        "SOX-ITGC:DSS05.04",
        "NIST-800-53r5:IA-2(1)",
        "ISO-27001:A.8.5",
        "SOC2:CC6.1",
        "PCI-DSS-4.0.1:8.4.2",
        "HIPAA:164.312(a)(2)(iii)",
        "CCPA-REGS:7123(c)(11)",
        "SOX-ITGC:DSS05.02",
        "NIST-800-53r5:AC-17",
        "SOC2:CC6.6",
        "PCI-DSS-4.0.1:8.2.8",
    ),
    fix="set PasswordAuthentication no",
    code="PasswordAuthentication no\nPermitEmptyPasswords no\nHostbasedAuthentication no",
    find=facts_must_be(WANTED, "sshd"),
    enforcement=Enforcement.ADVISORY,
)
