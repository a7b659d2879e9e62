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
from policies.controls import cite
from policies.rule import Enforcement, Rule, Severity

RULE = Rule(
    id="RW-PACC-012",
    title="No public address lies idle",
    severity=Severity.LOW,
    applies_to=frozenset({"account:aws/region:Region"}),
    controls=cite("asset-inventory", "hardening-baseline"),
    fix="release the address",
    code="aws ec2 release-address",
    find=facts_must_be_empty("unusedAddresses", because="used by nothing"),
    enforcement=Enforcement.ADVISORY,
)
