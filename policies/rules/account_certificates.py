"""No expired certificate is kept.

Requirement: IAM holds no server certificate past its end.
Why it matters: one that is deployed by mistake breaks TLS for everybody who checks, and teaches the others not to.
What it looks at: IAM server certificates.
Known limits: certificates in ACM renew themselves.
Fix: delete them.
Sources: CIS AWS Foundations 3.0.0, section 1; IAM User Guide, "Security best practices"
"""

from __future__ import annotations

from policies.checks import facts_must_be_empty
from policies.rule import Enforcement, Rule, Severity

RULE = Rule(
    id="RW-PACC-007",
    title="No expired certificate is kept",
    severity=Severity.LOW,
    applies_to=frozenset({"account:aws/summary:Summary"}),
    controls=(
        "HIPAA:164.312(a)(2)(iv)",
        "GDPR:Art.32(1)(a)",
        "CCPA-REGS:7123(c)(2)",
        "NIST-800-53r5:SC-12",
        "ISO-27001:A.8.24",
        "SOC2:CC6.1",
        "PCI-DSS-4.0.1:3.6.1",
        "CIS-AWS-3.0:1.19",
    ),
    fix="delete the certificate",
    code="aws iam delete-server-certificate",
    find=facts_must_be_empty("expiredCertificates", because="past their end"),
    enforcement=Enforcement.ADVISORY,
)
