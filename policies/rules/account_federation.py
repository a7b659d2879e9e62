"""People come in through the identity provider.

Requirement: people sign in through Identity Center or a SAML provider.
Why it matters: an account in two places is ended in one of them.
What it looks at: providers of the account.
Known limits: users that remain are judged one by one.
Fix: turn on Identity Center.
Sources: CIS AWS Foundations 3.0.0, section 1; IAM User Guide, "Security best practices"
"""

from __future__ import annotations

from policies.checks import fact_must_be
from policies.controls import cite
from policies.rule import Enforcement, Rule, Severity

RULE = Rule(
    id="RW-PACC-006",
    title="People come in through the identity provider",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"account:aws/summary:Summary"}),
    controls=cite(
        "unique-identity",
        "HIPAA:164.312(d)",
        "GDPR:Art.32(1)(b)",
        "CCPA-REGS:7123(c)(1)",
        "NIST-800-53r5:IA-2(1)",
        "ISO-27001:A.8.5",
        "PCI-DSS-4.0.1:8.4.2",
        "CIS-AWS-3.0:1.21",
    ),
    fix="use Identity Center",
    code="access: {sso: https://login.example.org}",
    find=fact_must_be("samlOrSso", value=True, because="nobody signs in through an identity provider"),
    enforcement=Enforcement.ADVISORY,
)
