"""What matters is recorded.

Requirement: audit rules watch accounts, sudo, log-ins, time, modules and programs that give rights.
Why it matters: a log without these cannot say who made himself an account.
What it looks at: rules of auditctl, by the files and calls that they name.
Known limits: whether a rule is complete for both architectures is not judged.
Fix: use the role's rules.
Sources: CIS Debian Linux 13 Benchmark and CIS Ubuntu Linux 24.04 Benchmark
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import known, texts
from policies.rule import Enforcement, Resource, Rule, Severity

WANTED = {
    "/etc/passwd": "accounts",
    "/etc/shadow": "passwords",
    "/etc/sudoers": "who becomes root",
    "/var/log/wtmp": "log-ins",
    "adjtimex": "the clock",
    "init_module": "kernel modules",
}
"""Part of a rule -> what it records."""


def _find(host: Resource, _: Sequence[Resource]) -> Iterator[str]:
    rules = "\n".join(texts(known(host, "audit", "rules")))
    missing = [f"{what} ({part})" for part, what in WANTED.items() if part not in rules]
    if missing:
        yield f"not recorded: {', '.join(missing)}"


RULE = Rule(
    id="RW-PHST-018",
    title="What matters is recorded",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"host:machine"}),
    controls=cite("audit-logging", "CIS-UBUNTU-24.04:6.2.3.1", "CIS-UBUNTU-24.04:6.2.3.6", "CIS-UBUNTU-24.04:6.2.3.12"),
    fix="add the audit rules",
    code="-w /etc/sudoers -p wa -k scope\n-w /etc/passwd -p wa -k identity",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
