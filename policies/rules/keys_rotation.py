"""Keys rotate.

Requirement: every symmetric KMS key rotates at least yearly.
Why it matters: rotation bounds how much data one key ever encrypted; old data stays readable without anybody doing
anything.
What it looks at: `enableKeyRotation` and `rotationPeriodInDays` of symmetric encryption keys.
Known limits: keys of other kinds cannot rotate and are not judged.
Fix: set `enable_key_rotation`.
Sources: CIS AWS Foundations 3.0.0 3.6; AWS KMS Developer Guide, "Rotate AWS KMS keys".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.checks import set_to
from policies.controls import cite
from policies.reading import is_true, number
from policies.rule import Resource, Rule, Severity

YEAR_DAYS = 366


def _find(key: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if key.value("customerMasterKeySpec", "SYMMETRIC_DEFAULT") != "SYMMETRIC_DEFAULT":
        return
    if not is_true(key.value("enableKeyRotation")):
        yield "enableKeyRotation is not on"
    days = number(key.value("rotationPeriodInDays", 365))
    if days is None or days > YEAR_DAYS:
        yield f"the key rotates every {key.value('rotationPeriodInDays')} days, expected at most a year"


RULE = Rule(
    id="RW-PKEY-001",
    title="Keys rotate",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"aws:kms/key:Key"}),
    controls=cite("key-custody", "PCI-DSS-4.0.1:3.7.4", "CIS-AWS-3.0:3.6", "CIS-AWS-7.0:4.6"),
    fix="enable rotation",
    code="enable_key_rotation=True",
    find=_find,
    remedy=set_to({"enableKeyRotation": True}),
)
