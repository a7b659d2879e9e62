"""Findings of all services come together.

Requirement: Security Hub is on in every region in use, with a standard.
Why it matters: findings in five consoles are read by nobody.
What it looks at: Security Hub accounts and their standards.
Known limits: an organisation may run it centrally: it shows in the live account.
Fix: set `monitoring.guardduty` and `config_recorder`; the program adds Security Hub.
Sources: AWS Security Hub User Guide
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.reading import is_true, of_type
from policies.rule import Enforcement, Resource, Rule, Severity
from policies.subjects.account import REGION

KIND = "aws:securityhub/account:Account"
STANDARD = "aws:securityhub/standardsSubscription:StandardsSubscription"


def _find(resource: Resource, resources: Sequence[Resource]) -> Iterator[str]:
    if resource.type == REGION:
        if is_true(resource.value("inUse", default=True)) and not any(of_type(resources, KIND)):
            yield "Security Hub is off in this region"
        return
    if not is_true(resource.value("enableDefaultStandards", default=True)) and not any(of_type(resources, STANDARD)):
        yield "no standard is checked"


RULE = Rule(
    id="RW-PDET-003",
    title="Findings of all services come together",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"aws:securityhub/account:Account", "account:aws/region:Region"}),
    controls=(
        "HIPAA:164.308(a)(1)(ii)(D)",
        "GDPR:Art.33(1)",
        "CCPA-REGS:7123(c)(8)",
        "SOX-ITGC:DSS05.07",
        "NIST-800-53r5:AU-6",
        "NIST-800-53r5:SI-4",
        "ISO-27001:A.8.16",
        "SOC2:CC7.2",
        "PCI-DSS-4.0.1:10.4.1.1",
        "HIPAA:164.308(a)(8)",
        "GDPR:Art.32(1)(d)",
        "CCPA:1798.185(a)(14)",
        "SOX-ITGC:BAI10.05",
        "NIST-800-53r5:CM-6(1)",
        "NIST-800-53r5:CA-7",
        "ISO-27001:A.8.9",
        "SOC2:CC7.1",
        "PCI-DSS-4.0.1:12.4.2",
        "CIS-AWS-3.0:4.16",
    ),
    fix="turn on Security Hub with a standard",
    code='aws.securityhub.Account("findings", enable_default_standards=True)',
    find=_find,
    enforcement=Enforcement.ADVISORY,
    needs_stack=True,
)
