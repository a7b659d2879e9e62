"""What carries the stack's name is in the stack.

Requirement: everything that carries the stack's tag, or belongs to something that does, is recorded in a state.
Why it matters: what was made by hand is changed, patched and deleted by nobody.
What it looks at: resources of the live account that no state records.
Known limits: what others made in the region is listed without blame: it is not claimed.
Fix: import it, or delete it.
Sources: NIST SP 800-53 r5 CM-8(3)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import is_true
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(thing: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if is_true(thing.value("claimed")):
        yield f"{thing.value('type', 'it')} {thing.value('id', '')} carries the stack's tag, and no state records it"


RULE = Rule(
    id="RW-PACC-013",
    title="What carries the stack's name is in the stack",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"live:unmanaged"}),
    controls=cite(
        "continuous-compliance",
        "CCPA-REGS:7123(c)(5)",
        "SOX:404(a)",
        "SOX-ITGC:ITGC-PC",
        "SOX-ITGC:BAI06.01",
        "NIST-800-53r5:CM-3",
        "ISO-27001:A.8.32",
        "SOC2:CC8.1",
        "PCI-DSS-4.0.1:6.5.1",
        "asset-inventory",
    ),
    fix="import or delete it",
    code="pulumi import <type> <name> <id>",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
