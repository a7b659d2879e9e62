"""What the stack made is still there.

Requirement: everything that the state records exists.
Why it matters: somebody deleted it past the pipeline: the key, the trail, the log.
What it looks at: recorded resources that the live account does not have.
Known limits: of types that were listed only.
Fix: find out who, and apply again.
Sources: NIST SP 800-53 r5 CM-3(5)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.rule import Enforcement, Resource, Rule, Severity


def _find(thing: Resource, _: Sequence[Resource]) -> Iterator[str]:
    kind = thing.value("type")
    if kind:
        yield f"{kind} {thing.value('id', '')} is gone"


RULE = Rule(
    id="RW-PACC-014",
    title="What the stack made is still there",
    severity=Severity.HIGH,
    applies_to=frozenset({"live:gone"}),
    controls=(
        "HIPAA:164.308(a)(8)",
        "GDPR:Art.32(1)(d)",
        "CCPA:1798.185(a)(14)",
        "SOX-ITGC:BAI10.05",
        "NIST-800-53r5:CM-6(1)",
        "NIST-800-53r5:CA-7",
        "ISO-27001:A.8.9",
        "SOC2:CC7.1",
        "PCI-DSS-4.0.1:12.4.2",
    ),
    fix="apply the stack again",
    code="./rw up <stack>",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
