"""Personal data is looked for where it should not be.

Requirement: Macie is on where the stack holds personal, health or financial data.
Why it matters: data is copied into buckets that nobody classified; Macie finds it.
What it looks at: Macie accounts, and networks of stacks with such data.
Known limits: Macie reads S3 only.
Fix: set `monitoring.macie: true`.
Sources: Amazon Macie User Guide
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.reading import is_true, of_type
from policies.rule import Enforcement, Resource, Rule, Severity
from policies.subjects.account import REGION

KIND = "aws:macie2/account:Account"


def _find(resource: Resource, resources: Sequence[Resource]) -> Iterator[str]:
    if resource.type == REGION:
        if is_true(resource.value("inUse", default=True)) and not any(of_type(resources, KIND)):
            yield "Macie is off in this region"
        return
    if resource.value("status", "ENABLED") != "ENABLED":
        yield f"Macie is {resource.value('status')}"


RULE = Rule(
    id="RW-PDET-005",
    title="Personal data is looked for where it should not be",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"aws:macie2/account:Account", "account:aws/region:Region"}),
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
        "CIS-AWS-3.0:2.1.3",
    ),
    fix="turn on Macie",
    code='aws.macie2.Account("personal-data", status="ENABLED")',
    find=_find,
    enforcement=Enforcement.ADVISORY,
    needs_stack=True,
)
