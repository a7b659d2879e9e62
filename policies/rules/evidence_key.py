"""The key does not lie with what it signs.

Requirement: the signing key of the evidence log lies elsewhere than the log.
Why it matters: who copies the folder can otherwise write another past.
What it looks at: place of key and log.
Known limits: where the key's backup lies nobody can see.
Fix: set RW_EVIDENCE_KEYS to another place.
Sources: NIST SP 800-53 r5 AU-10, SC-12
"""

from __future__ import annotations

from policies.checks import fact_must_be
from policies.rule import Enforcement, Rule, Severity

RULE = Rule(
    id="RW-PCHG-010",
    title="The key does not lie with what it signs",
    severity=Severity.HIGH,
    applies_to=frozenset({"pipeline:log"}),
    controls=(
        "HIPAA:164.312(a)(2)(iv)",
        "GDPR:Art.32(1)(a)",
        "CCPA-REGS:7123(c)(2)",
        "NIST-800-53r5:SC-12",
        "ISO-27001:A.8.24",
        "SOC2:CC6.1",
        "PCI-DSS-4.0.1:3.6.1",
        "HIPAA:164.308(a)(3)(ii)(A)",
        "GDPR:Art.32(4)",
        "CCPA-REGS:7123(c)(3)",
        "SOX:404(a)",
        "SOX-ITGC:DSS06.03",
        "NIST-800-53r5:AC-5",
        "NIST-800-53r5:CM-5",
        "ISO-27001:A.5.3",
        "SOC2:CC8.1",
        "PCI-DSS-4.0.1:6.5.4",
    ),
    fix="move the key",
    code="RW_EVIDENCE_KEYS=/run/keys ./rw up <stack>",
    find=fact_must_be("keyBesideLog", value=False, because="the signing key lies beside the log"),
    enforcement=Enforcement.ADVISORY,
)
