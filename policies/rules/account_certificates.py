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
from policies.controls import cite
from policies.rule import Enforcement, Rule, Severity

RULE = Rule(
    id="RW-PACC-007",
    title="No expired certificate is kept",
    severity=Severity.LOW,
    applies_to=frozenset({"account:aws/summary:Summary"}),
    controls=cite("key-management", "CIS-AWS-3.0:1.19"),
    fix="delete the certificate",
    code="aws iam delete-server-certificate",
    find=facts_must_be_empty("expiredCertificates", because="past their end"),
    enforcement=Enforcement.ADVISORY,
)
