"""A stack with personal data has Macie.

Requirement: where resources are tagged as personal, health or financial data, the stack has Macie, or a live account
shows it.
Why it matters: see RW-PDET-005; the promise begins in the plan.
What it looks at: the classification tag and Macie accounts of the stack.
Known limits: Macie that an organisation runs is not in the stack: hence advice only; RW-PDET-005 is sure of the live
account.
Fix: leave `monitoring.macie` at its default.
Sources: GDPR Art. 30 and 32; Amazon Macie User Guide
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.reading import is_regulated, of_type
from policies.rule import Enforcement, Resource, Rule, Severity

MACIE = "aws:macie2/account:Account"


def _find(network: Resource, resources: Sequence[Resource]) -> Iterator[str]:
    network.value("tags.rackwright:classification")
    if is_regulated(resources) and not any(of_type(resources, MACIE)):
        yield "the stack holds regulated data and has no Macie"


RULE = Rule(
    id="RW-PDET-008",
    title="A stack with personal data has Macie",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"aws:ec2/vpc:Vpc"}),
    controls=(
        "HIPAA:164.306(a)",
        "GDPR:Art.30(1)",
        "CCPA-REGS:7123(c)(4)",
        "NIST-800-53r5:RA-2",
        "ISO-27001:A.5.12",
        "SOC2:C1.1",
        "PCI-DSS-4.0.1:12.5.2",
        "HIPAA:164.308(a)(6)(ii)",
        "GDPR:Art.33(1)",
        "CCPA-REGS:7123(c)(8)",
        "SOX-ITGC:DSS05.07",
        "NIST-800-53r5:SI-4",
        "NIST-800-53r5:IR-4",
        "ISO-27001:A.8.16",
        "SOC2:CC7.2",
        "PCI-DSS-4.0.1:11.5.1",
    ),
    fix="turn on Macie",
    code="monitoring: {macie: true}",
    find=_find,
    enforcement=Enforcement.ADVISORY,
    confidence=Severity.LOW,
    needs_stack=True,
)
