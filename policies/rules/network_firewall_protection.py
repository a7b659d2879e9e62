"""The firewall stays where it is.

Requirement: firewalls cannot be deleted or moved to other subnets by one call.
Why it matters: routes go through it: without it the cluster is cut off, or, when they are mended in haste, open.
What it looks at: delete, subnet and policy change protection.
Known limits: a rehearsal deletes it on purpose: there the rule is advice.
Fix: set both.
Sources: AWS Network Firewall Developer Guide
"""

from __future__ import annotations

from policies.checks import must_be_on
from policies.rule import Enforcement, Rule, Severity

RULE = Rule(
    id="RW-PNET-017",
    title="The firewall stays where it is",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"aws:networkfirewall/firewall:Firewall"}),
    controls=(
        "HIPAA:164.308(a)(7)(ii)(B)",
        "GDPR:Art.32(1)(c)",
        "CCPA-REGS:7123(c)(18)",
        "SOX-ITGC:DSS04.04",
        "NIST-800-53r5:CP-10",
        "ISO-27001:A.8.14",
        "SOC2:A1.2",
        "HIPAA:164.308(a)(8)",
        "GDPR:Art.32(1)(d)",
        "CCPA-REGS:7123(c)(5)",
        "SOX:404(a)",
        "SOX-ITGC:ITGC-PC",
        "SOX-ITGC:BAI06.01",
        "NIST-800-53r5:CM-3",
        "ISO-27001:A.8.32",
        "SOC2:CC8.1",
        "PCI-DSS-4.0.1:6.5.1",
    ),
    fix="turn on delete and subnet change protection",
    code="delete_protection=True, subnet_change_protection=True",
    find=must_be_on("deleteProtection", "subnetChangeProtection"),
    enforcement=Enforcement.ADVISORY,
)
