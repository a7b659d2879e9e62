"""ssh speaks strong cryptography only.

Requirement: sshd offers no weak cipher, MAC or key exchange.
Why it matters: a recorded session can be read years later; CBC and SHA-1 are the weak ones.
What it looks at: `ciphers`, `macs` and `kexalgorithms`.
Known limits: judged by name; the list grows with research.
Fix: write the lists of the role.
Sources: CIS Debian Linux 13 Benchmark and CIS Ubuntu Linux 24.04 Benchmark
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import known
from policies.rule import Enforcement, Resource, Rule, Severity

WEAK = {
    "ciphers": ("-cbc", "arcfour", "3des"),
    "macs": ("md5", "sha1", "-64", "ripemd", "-96"),
    "kexalgorithms": ("sha1", "group1-"),
}


def _find(host: Resource, _: Sequence[Resource]) -> Iterator[str]:
    for kind, parts in WEAK.items():
        names = str(known(host, "sshd", kind)).split(",")
        weak = [name for name in names if any(part in name for part in parts)]
        if weak:
            yield f"{kind} has {', '.join(weak)}"


RULE = Rule(
    id="RW-PHST-007",
    title="ssh speaks strong cryptography only",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"host:machine"}),
    controls=cite(
        "encryption-in-transit", "CIS-UBUNTU-24.04:5.1.6", "CIS-UBUNTU-24.04:5.1.12", "CIS-UBUNTU-24.04:5.1.15"
    ),
    fix="remove weak algorithms",
    code="Ciphers chacha20-poly1305@openssh.com,aes256-gcm@openssh.com",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
