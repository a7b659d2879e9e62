"""The gate was passed, not walked around.

Requirement: policies were judged before each change, and no mandatory rule failed.
Why it matters: a gate that can be left open is no gate.
What it looks at: whether policies were judged, and which mandatory rules failed.
Known limits: waived rules are not failures: the waiver is the record.
Fix: fix it, or have it waived by somebody who answers for it.
Sources: COBIT 2019 BAI06.01
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import is_true, known, texts
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(change: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if not is_true(known(change, "evaluated")):
        yield "policies were not judged before it"
    failed = texts(known(change, "blocking"))
    if failed:
        yield f"applied in spite of {', '.join(failed)}"


RULE = Rule(
    id="RW-PCHG-005",
    title="The gate was passed, not walked around",
    severity=Severity.CRITICAL,
    applies_to=frozenset({"pipeline:change"}),
    controls=cite(
        "change-management",
        "CCPA:1798.185(a)(14)",
        "SOX-ITGC:BAI10.05",
        "NIST-800-53r5:CM-6(1)",
        "NIST-800-53r5:CA-7",
        "ISO-27001:A.8.9",
        "SOC2:CC7.1",
        "PCI-DSS-4.0.1:12.4.2",
    ),
    fix="fix or waive the mandatory findings",
    code="./rw policy <stack>",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
