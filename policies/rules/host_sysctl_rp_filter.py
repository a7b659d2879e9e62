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
    controls=(
        "NIST-800-53r5:CM-6",
        "NIST-800-171r2:3.4.2",
        "ISO-27001:A.8.9",
        "SOC2:CC6.8",
        "PCI-DSS-4.0.1:2.2.1",
        "CCPA-REGS:7123(c)(5)",
        "HIPAA:164.308(a)(4)(ii)(A)",
        "GDPR:Art.32(1)(b)",
        "CCPA-REGS:7123(c)(10)",
        "SOX-ITGC:DSS05.02",
        "NIST-800-53r5:SC-7",
        "NIST-800-53r5:AC-4",
        "ISO-27001:A.8.22",
        "SOC2:CC6.6",
        "PCI-DSS-4.0.1:1.2.1",
        "CIS-UBUNTU-24.04:3.3.7",
    ),
    fix="set the sysctl values",
    code="net.ipv4.conf.all.rp_filter = 2",
    find=facts_must_be(WANTED, "sysctl"),
    enforcement=Enforcement.ADVISORY,
)
