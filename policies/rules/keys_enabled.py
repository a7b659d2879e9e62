"""Keys are enabled.

Requirement: no key of the stack is disabled.
Why it matters: what a disabled key encrypted cannot be read: nodes do not start, file systems go read-only, logs are
dropped.
What it looks at: `isEnabled`; AWS takes true when it is absent.
Known limits: none known.
Fix: set `is_enabled` or remove the key from use.
Sources: AWS KMS Developer Guide, "Enable and disable keys".
"""

from __future__ import annotations

from policies.checks import must_be_on
from policies.rule import Enforcement, Rule, Severity

RULE = Rule(
    id="RW-PKEY-005",
    title="Keys are enabled",
    severity=Severity.LOW,
    applies_to=frozenset({"aws:kms/key:Key"}),
    controls=(
        "HIPAA:164.312(a)(2)(iv)",
        "GDPR:Art.32(1)(a)",
        "CCPA-REGS:7123(c)(2)",
        "SOX-ITGC:DSS05.04",
        "NIST-800-53r5:SC-12",
        "ISO-27001:A.8.24",
        "SOC2:CC6.1",
        "PCI-DSS-4.0.1:3.6.1",
    ),
    fix="enable the key",
    code="is_enabled=True",
    find=must_be_on("isEnabled", default=True),
    enforcement=Enforcement.ADVISORY,
)
