"""No key lies about on a host.

Requirement: no file outside the root of trust holds an access key, an NGC key or a private key.
Why it matters: a node's disk is read by whoever gets a job on it; a key of the account is worth more than the node.
What it looks at: paths where the collector found something that looks like a credential; never what they hold.
Known limits: knows forms of well-known secrets, in the homes of root and of services, and in /etc and /opt.
Fix: remove it, and use the node's role or Secrets Manager.
Sources: NIST SP 800-53 r5 IA-5(7)
"""

from __future__ import annotations

from policies.checks import facts_must_be_empty
from policies.rule import Enforcement, Rule, Severity

RULE = Rule(
    id="RW-PHST-041",
    title="No key lies about on a host",
    severity=Severity.HIGH,
    applies_to=frozenset({"host:machine"}),
    controls=(
        "HIPAA:164.308(a)(5)(ii)(D)",
        "GDPR:Art.32(1)(b)",
        "CCPA-REGS:7123(c)(1)",
        "SOX-ITGC:DSS05.04",
        "NIST-800-53r5:IA-5(7)",
        "ISO-27001:A.5.17",
        "SOC2:CC6.1",
        "PCI-DSS-4.0.1:8.6.2",
    ),
    fix="remove the file and let the node use its role",
    code="shred -u /root/.aws/credentials",
    find=facts_must_be_empty("credentials", because="holds what looks like a credential"),
    enforcement=Enforcement.ADVISORY,
)
