"""The evidence log is whole.

Requirement: hashes and signatures of the evidence log hold from the first record to its head.
Why it matters: evidence that can be changed is none.
What it looks at: result of the verification.
Known limits: who holds the signing key can write another log: keep the public key elsewhere.
Fix: find out who changed it; restore it from its copy.
Sources: 17 CFR 210.2-06; NIST SP 800-53 r5 AU-9(3)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.reading import is_true, known, texts
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(log: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if not is_true(known(log, "verified")):
        yield f"it does not hold: {'; '.join(texts(log.value('faults'))) or 'no reason was given'}"


RULE = Rule(
    id="RW-PCHG-009",
    title="The evidence log is whole",
    severity=Severity.CRITICAL,
    applies_to=frozenset({"pipeline:log"}),
    controls=(
        "HIPAA:164.312(c)(1)",
        "GDPR:Art.5(1)(f)",
        "CCPA-REGS:7123(c)(7)",
        "SOX:802 (18 USC 1519)",
        "SOX-ITGC:DSS06.05",
        "NIST-800-53r5:AU-9",
        "ISO-27001:A.8.15",
        "SOC2:CC7.2",
        "PCI-DSS-4.0.1:10.3.2",
        "HIPAA:164.316(b)(1)",
        "GDPR:Art.5(2)",
        "SOX:404(a)",
        "SOX-ITGC:MEA02.03",
        "NIST-800-53r5:CA-2",
        "ISO-27001:A.5.28",
        "SOC2:CC4.1",
        "PCI-DSS-4.0.1:12.5.2",
    ),
    fix="restore the log from its copy",
    code="./rw evidence verify",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
