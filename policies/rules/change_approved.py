"""Nobody approves his own change.

Requirement: each change to a real cluster was approved by somebody other than its author.
Why it matters: one person who writes, approves and applies can change anything unseen; auditors ask for this first.
What it looks at: author and approvers of each change, from the pipeline's approval file.
Known limits: what the pipeline does not record is not evaluated.
Fix: ask for a review of every pull request.
Sources: Sarbanes-Oxley Act section 404; COBIT 2019 BAI06.01
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import known, texts
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(change: Resource, _: Sequence[Resource]) -> Iterator[str]:
    approvers, author = set(texts(known(change, "approvers"))), known(change, "author")
    if not approvers:
        yield "it was approved by nobody"
    elif approvers == {str(author)}:
        yield f"it was approved by {author} himself"


RULE = Rule(
    id="RW-PCHG-001",
    title="Nobody approves his own change",
    severity=Severity.HIGH,
    applies_to=frozenset({"pipeline:change"}),
    controls=cite(
        "segregation-of-duties",
        "HIPAA:164.308(a)(8)",
        "GDPR:Art.32(1)(d)",
        "CCPA-REGS:7123(c)(5)",
        "SOX-ITGC:ITGC-PC",
        "SOX-ITGC:BAI06.01",
        "NIST-800-53r5:CM-3",
        "ISO-27001:A.8.32",
        "PCI-DSS-4.0.1:6.5.1",
    ),
    fix="let another person approve",
    code="gh pr review --approve",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
