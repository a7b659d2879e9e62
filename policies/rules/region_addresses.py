"""No public address lies idle.

Requirement: every elastic address is in use.
Why it matters: an address that points nowhere is paid for, and taken over with the name that still points to it.
What it looks at: addresses that the live account lists.
Known limits: an address kept for a firewall rule elsewhere: waive it.
Fix: release it.
Sources: Amazon EC2 User Guide, "Elastic IP addresses"
"""

from __future__ import annotations

from policies.checks import facts_must_be_empty
from policies.rule import Enforcement, Rule, Severity

RULE = Rule(
    id="RW-PACC-012",
    title="No public address lies idle",
    severity=Severity.LOW,
    applies_to=frozenset({"account:aws/region:Region"}),
    controls=(
        "HIPAA:164.310(d)(2)(iii)",
        "GDPR:Art.30(1)",
        "CCPA-REGS:7123(c)(4)",
        "SOX-ITGC:BAI09.01",
        "NIST-800-53r5:CM-8",
        "ISO-27001:A.5.9",
        "SOC2:CC6.1",
        "PCI-DSS-4.0.1:12.5.1",
        "NIST-800-53r5:CM-7",
        "NIST-800-53r5:CM-6",
        "ISO-27001:A.8.9",
        "SOC2:CC6.8",
        "PCI-DSS-4.0.1:2.2.6",
    ),
    fix="release the address",
    code="aws ec2 release-address",
    find=facts_must_be_empty("unusedAddresses", because="used by nothing"),
    enforcement=Enforcement.ADVISORY,
)
