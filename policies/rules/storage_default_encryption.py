"""New volumes of the account are encrypted by default.

Requirement: EBS encryption by default is on.
Why it matters: what is made outside the stack, a test volume or a restored snapshot, is then encrypted too.
What it looks at: the account setting as a resource; a stack that does not manage it is not judged.
Known limits: the setting is per region.
Fix: set `enabled`.
Sources: CIS AWS Foundations 7.0.0 6.1.1; AWS EBS User Guide, "Enable Amazon EBS encryption by default".
"""

from __future__ import annotations

from policies.checks import must_be_on, set_to
from policies.controls import cite
from policies.rule import Enforcement, Rule, Severity

RULE = Rule(
    id="RW-PSTO-020",
    title="New volumes of the account are encrypted by default",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"aws:ebs/encryptionByDefault:EncryptionByDefault"}),
    controls=cite("encryption-at-rest", "CIS-AWS-3.0:2.2.1", "CIS-AWS-7.0:6.1.1"),
    fix="enable encryption by default",
    code='aws.ebs.EncryptionByDefault("default", enabled=True)',
    find=must_be_on("enabled", default=True),
    remedy=set_to({"enabled": True}),
    enforcement=Enforcement.ADVISORY,
)
