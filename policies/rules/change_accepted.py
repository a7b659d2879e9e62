"""A changed cluster was tested.

Requirement: acceptance ran after each change that made or changed nodes, and passed.
Why it matters: a cluster that nobody tested is tested by its users.
What it looks at: result of acceptance.
Known limits: a change without nodes has none: that is told as no acceptance, and passes.
Fix: run it: `./rw accept`.
Sources: COBIT 2019 BAI07.05 and BAI07.06
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.rule import Enforcement, Resource, Rule, Severity


def _find(change: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if change.value("accepted") is False:
        yield "acceptance failed after it"


RULE = Rule(
    id="RW-PCHG-006",
    title="A changed cluster was tested",
    severity=Severity.MEDIUM,
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
        "NIST-800-53r5:CP-10",
        "NIST-800-53r5:SC-5",
        "ISO-27001:A.8.14",
        "SOC2:A1.2",
    ),
    fix="run acceptance",
    code="./rw accept <stack>",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
