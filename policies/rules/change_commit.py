"""A change is a commit that everybody can read.

Requirement: changes are applied from a clean checkout of a commit.
Why it matters: what is applied from somebody's disk cannot be read by anybody later.
What it looks at: commit and state of the checkout.
Known limits: whether the commit is on the protected branch the forge says.
Fix: commit, and apply the commit.
Sources: NIST SP 800-53 r5 CM-3
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.reading import is_true, known
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(change: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if not known(change, "commit"):
        yield "no commit is recorded"
    elif is_true(known(change, "dirty")):
        yield f"the checkout differed from {str(known(change, 'commit'))[:12]}"


RULE = Rule(
    id="RW-PCHG-004",
    title="A change is a commit that everybody can read",
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
        "HIPAA:164.316(b)(1)",
        "GDPR:Art.5(2)",
        "SOX-ITGC:MEA02.03",
        "NIST-800-53r5:CA-2",
        "ISO-27001:A.5.28",
        "SOC2:CC4.1",
        "PCI-DSS-4.0.1:12.5.2",
    ),
    fix="apply a commit from a clean checkout",
    code="git status --porcelain && ./rw up <stack>",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
