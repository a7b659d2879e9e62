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
from policies.controls import cite
from policies.rule import Enforcement, Rule, Severity

RULE = Rule(
    id="RW-PNET-019",
    title="The firewall's rules are encrypted with the cluster's key",
    severity=Severity.LOW,
    applies_to=frozenset(
        {"aws:networkfirewall/firewall:Firewall", "aws:networkfirewall/firewallPolicy:FirewallPolicy"}
    ),
    controls=cite("encrypted-data-and-keys", "NIST-800-53r5:SC-12", "PCI-DSS-4.0.1:3.6.1"),
    fix="name a KMS key",
    code='encryption_configuration={"type": "CUSTOMER_KMS", "key_id": key.arn}',
    find=must_be("encryptionConfiguration.type", "CUSTOMER_KMS"),
    enforcement=Enforcement.ADVISORY,
)
