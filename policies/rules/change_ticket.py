"""A change has a reason.

Requirement: each change names the request that asked for it.
Why it matters: an auditor samples changes and asks why; a commit message is an answer only for its author.
What it looks at: `ticket` of each change.
Known limits: any non-empty reference counts.
Fix: name the ticket in the approval file.
Sources: COBIT 2019 BAI06.01
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.reading import known
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(change: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if not known(change, "ticket"):
        yield "no request is named that asked for it"


RULE = Rule(
    id="RW-PCHG-007",
    title="A change has a reason",
    severity=Severity.LOW,
    applies_to=frozenset({"pipeline:change"}),
    controls=(
        "HIPAA:164.308(a)(8)",
        "GDPR:Art.32(1)(d)",
        "CCPA-REGS:7123(c)(5)",
        "SOX:404(a)",
        "SOX-ITGC:ITGC-PC",
        "SOX-ITGC:BAI06.01",
        "NIST-800-53r5:CM-3",
        "ISO-27001:A.8.32",
        "SOC2:CC8.1",
        "PCI-DSS-4.0.1:6.5.1",
        "HIPAA:164.316(b)(1)",
        "GDPR:Art.5(2)",
        "SOX-ITGC:MEA02.03",
        "NIST-800-53r5:CA-2",
        "ISO-27001:A.5.28",
        "SOC2:CC4.1",
        "PCI-DSS-4.0.1:12.5.2",
    ),
    fix="name the ticket",
    code="approval: {ticket: OPS-123}",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
