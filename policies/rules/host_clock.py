"""Clocks agree.

Requirement: the clock follows a server and is right to a second.
Why it matters: logs of two hosts can only be compared when their clocks agree; Kerberos, munge and certificates fail
otherwise.
What it looks at: state of chrony or timesyncd.
Known limits: as the collector read it; a host that could not be read is not evaluated.
Fix: install chrony with the site's servers, or 169.254.169.123 on AWS.
Sources: CIS Debian Linux 13 Benchmark and CIS Ubuntu Linux 24.04 Benchmark
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.reading import is_true, known, number
from policies.rule import Enforcement, Resource, Rule, Severity

MOST_S = 1.0


def _find(host: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if not is_true(known(host, "clock", "synchronised")):
        yield "the clock follows no server"
        return
    offset = number(known(host, "clock", "offsetSeconds"))
    if offset is None or abs(offset) > MOST_S:
        told = "an unknown time" if offset is None else f"{abs(offset):g} s"
        yield f"the clock is off by {told}, expected at most {MOST_S:g} s"


RULE = Rule(
    id="RW-PHST-032",
    title="Clocks agree",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"host:machine"}),
    controls=(
        "HIPAA:164.312(b)",
        "CCPA-REGS:7123(c)(7)",
        "SOX-ITGC:DSS06.05",
        "NIST-800-53r5:AU-8",
        "NIST-800-53r5:SC-45(1)",
        "ISO-27001:A.8.17",
        "SOC2:CC7.2",
        "PCI-DSS-4.0.1:10.6.1",
        "CIS-UBUNTU-24.04:2.3.1.1",
        "CIS-UBUNTU-24.04:2.3.2.1",
        "CIS-UBUNTU-24.04:2.3.3.1",
    ),
    fix="synchronise the clock",
    code="server 169.254.169.123 prefer iburst",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
