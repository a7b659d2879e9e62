"""ssh carries no other traffic.

Requirement: sshd forwards neither X11 nor agents nor tunnels.
Why it matters: a forwarded agent is the administrator's key in the hands of whoever is root on the node.
What it looks at: `x11forwarding`, `allowagentforwarding`, `permittunnel`, `gatewayports`.
Known limits: TCP forwarding is left to the site: notebooks are reached by it.
Fix: set them to no.
Sources: CIS Debian Linux 13 Benchmark and CIS Ubuntu Linux 24.04 Benchmark
"""

from __future__ import annotations

from policies.checks import facts_must_be
from policies.controls import cite
from policies.rule import Enforcement, Rule, Severity

WANTED = dict.fromkeys(("x11forwarding", "allowagentforwarding", "permittunnel", "gatewayports"), ("no",))


RULE = Rule(
    id="RW-PHST-010",
    title="ssh carries no other traffic",
    severity=Severity.LOW,
    applies_to=frozenset({"host:machine"}),
    controls=cite(
        "remote-access",
        "HIPAA:164.308(a)(4)(ii)(A)",
        "CCPA-REGS:7123(c)(10)",
        "NIST-800-53r5:SC-7",
        "NIST-800-53r5:AC-4",
        "ISO-27001:A.8.22",
        "PCI-DSS-4.0.1:1.2.1",
    ),
    fix="turn off forwarding",
    code="X11Forwarding no\nAllowAgentForwarding no",
    find=facts_must_be(WANTED, "sshd"),
    enforcement=Enforcement.ADVISORY,
)
