"""The firewall's rules are encrypted with the cluster's key.

Requirement: firewalls and their policies name a customer key.
Why it matters: the rules tell what is let through, and to whom.
What it looks at: `encryptionConfiguration` of both.
Known limits: AWS encrypts with its own key otherwise.
Fix: name a key.
Sources: AWS Network Firewall Developer Guide, "Encryption at rest"
"""

from __future__ import annotations

from policies.checks import must_be
from policies.rule import Enforcement, Rule, Severity

RULE = Rule(
    id="RW-PNET-019",
    title="The firewall's rules are encrypted with the cluster's key",
    severity=Severity.LOW,
    applies_to=frozenset(
        {"aws:networkfirewall/firewall:Firewall", "aws:networkfirewall/firewallPolicy:FirewallPolicy"}
    ),
    controls=(
        "HIPAA:164.312(a)(2)(iv)",
        "GDPR:Art.32(1)(a)",
        "CCPA:1798.150(a)(1)",
        "CCPA-REGS:7123(c)(2)",
        "SOX-ITGC:DSS05.06",
        "NIST-800-53r5:SC-28",
        "ISO-27001:A.8.24",
        "SOC2:CC6.1",
        "PCI-DSS-4.0.1:3.5.1",
        "NIST-800-53r5:SC-12",
        "PCI-DSS-4.0.1:3.6.1",
    ),
    fix="name a KMS key",
    code='encryption_configuration={"type": "CUSTOMER_KMS", "key_id": key.arn}',
    find=must_be("encryptionConfiguration.type", "CUSTOMER_KMS"),
    enforcement=Enforcement.ADVISORY,
)
