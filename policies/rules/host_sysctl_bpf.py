"""Users cannot load programs into the kernel.

Requirement: unprivileged BPF is off and its compiler hardened; performance events are for the profiler's users.
Why it matters: most of the last years' kernel holes were reached by unprivileged BPF or user events.
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
    "kernel.unprivileged_bpf_disabled": (
        "1",
        "2",
    ),
    "net.core.bpf_jit_harden": ("2",),
    "kernel.perf_event_paranoid": (
        "2",
        "3",
        "4",
    ),
}


RULE = Rule(
    id="RW-PHST-014",
    title="Users cannot load programs into the kernel",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"host:machine"}),
    controls=cite("system-hardening"),
    fix="set the sysctl values",
    code="kernel.unprivileged_bpf_disabled = 1",
    find=facts_must_be(WANTED, "sysctl"),
    enforcement=Enforcement.ADVISORY,
)
