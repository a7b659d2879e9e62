"""The host believes no stranger about the network.

Requirement: redirects, source routes and answers from the wrong side are refused; floods of half-open connections do
no harm.
Why it matters: a redirect sends a node's traffic to whoever asked for it.
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
    "net.ipv4.conf.all.accept_redirects": ("0",),
    "net.ipv4.conf.all.send_redirects": ("0",),
    "net.ipv4.conf.all.accept_source_route": ("0",),
    "net.ipv6.conf.all.accept_redirects": ("0",),
    "net.ipv4.tcp_syncookies": ("1",),
    "net.ipv4.icmp_echo_ignore_broadcasts": ("1",),
}


RULE = Rule(
    id="RW-PHST-015",
    title="The host believes no stranger about the network",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"host:machine"}),
    controls=cite("system-hardening", "network-segmentation"),
    fix="set the sysctl values",
    code="net.ipv4.conf.all.accept_redirects = 0",
    find=facts_must_be(WANTED, "sysctl"),
    enforcement=Enforcement.ADVISORY,
)
