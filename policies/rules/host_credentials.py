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
from policies.controls import cite
from policies.rule import Enforcement, Rule, Severity

RULE = Rule(
    id="RW-PHST-041",
    title="No key lies about on a host",
    severity=Severity.HIGH,
    applies_to=frozenset({"host:machine"}),
    controls=cite("secrets"),
    fix="remove the file and let the node use its role",
    code="shred -u /root/.aws/credentials",
    find=facts_must_be_empty("credentials", because="holds what looks like a credential"),
    enforcement=Enforcement.ADVISORY,
)
