"""Packets come from where they say.

Requirement: packets whose sender is not reachable by the way they came are dropped, strictly or loosely.
Why it matters: forged senders pass filters by address.
What it looks at: settings of `sysctl -a`.
Known limits: hosts with several interfaces on one network (EFA, rails) need the loose mode 2.
Fix: write them to /etc/sysctl.d, as the role does.
Sources: CIS Debian Linux 13 Benchmark and CIS Ubuntu Linux 24.04 Benchmark; kernel documentation, "Documentation for
/proc/sys"
"""

from __future__ import annotations

from policies.checks import facts_must_be
from policies.controls import cite
from policies.rule import Enforcement, Rule, Severity

WANTED = {
    "net.ipv4.conf.all.rp_filter": (
        "1",
        "2",
    ),
    "net.ipv4.conf.default.rp_filter": (
        "1",
        "2",
    ),
}


RULE = Rule(
    id="RW-PHST-016",
    title="Packets come from where they say",
    severity=Severity.LOW,
    applies_to=frozenset({"host:machine"}),
    controls=cite("system-hardening", "network-segmentation", "CIS-UBUNTU-24.04:3.3.7"),
    fix="set the sysctl values",
    code="net.ipv4.conf.all.rp_filter = 2",
    find=facts_must_be(WANTED, "sysctl"),
    enforcement=Enforcement.ADVISORY,
)
