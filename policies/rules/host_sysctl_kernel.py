"""The kernel hides itself from its users.

Requirement: addresses are random and hidden, the log is root's, processes cannot trace each other, and set-uid
programs leave no memory behind.
Why it matters: each of these is a step of turning a hole into root.
What it looks at: settings of `sysctl -a`.
Known limits: as the collector read it; a host that could not be read is not evaluated.
Fix: write them to /etc/sysctl.d, as the role does.
Sources: CIS Debian Linux 13 Benchmark and CIS Ubuntu Linux 24.04 Benchmark; kernel documentation, "Documentation for
/proc/sys"
"""

from __future__ import annotations

from policies.checks import facts_must_be
from policies.controls import cite
from policies.rule import Enforcement, Rule, Severity

WANTED = {
    "kernel.randomize_va_space": ("2",),
    "kernel.kptr_restrict": (
        "2",
        "1",
    ),
    "kernel.dmesg_restrict": ("1",),
    "kernel.yama.ptrace_scope": (
        "1",
        "2",
        "3",
    ),
    "fs.suid_dumpable": ("0",),
}


RULE = Rule(
    id="RW-PHST-013",
    title="The kernel hides itself from its users",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"host:machine"}),
    controls=cite("system-hardening", "CIS-UBUNTU-24.04:1.5.1", "CIS-UBUNTU-24.04:1.5.2"),
    fix="set the sysctl values",
    code="kernel.kptr_restrict = 2",
    find=facts_must_be(WANTED, "sysctl"),
    enforcement=Enforcement.ADVISORY,
)
