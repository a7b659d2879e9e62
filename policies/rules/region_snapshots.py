"""No snapshot lies unencrypted.

Requirement: every snapshot of the region is encrypted.
Why it matters: a snapshot is the disk again; unencrypted, it can be shared with one call.
What it looks at: snapshots that the live account lists.
Known limits: snapshots of other accounts are not seen.
Fix: copy it encrypted and delete the old one.
Sources: Amazon EBS User Guide, "EBS encryption"
"""

from __future__ import annotations

from policies.checks import facts_must_be_empty
from policies.controls import cite
from policies.rule import Enforcement, Rule, Severity

RULE = Rule(
    id="RW-PACC-011",
    title="No snapshot lies unencrypted",
    severity=Severity.HIGH,
    applies_to=frozenset({"account:aws/region:Region"}),
    controls=cite("encrypted-data-and-keys"),
    fix="copy the snapshot encrypted",
    code="aws ec2 copy-snapshot --encrypted",
    find=facts_must_be_empty("unencryptedSnapshots", because="unencrypted snapshots"),
    enforcement=Enforcement.ADVISORY,
)
