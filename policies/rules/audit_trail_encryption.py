"""Log files of CloudTrail are encrypted with a key.

Requirement: every trail names a KMS key.
Why it matters: who may read the log of all calls then needs the key too, and each reading is itself on record.
What it looks at: `kmsKeyId` of trails.
Known limits: none known.
Fix: set `kms_key_id`.
Sources: CIS AWS Foundations 3.0.0 3.5; AWS CloudTrail User Guide, "Encrypting CloudTrail log files with AWS KMS
keys".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import KEY, is_set
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(trail: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if not is_set(trail, "kmsKeyId", source=KEY):
        yield "kmsKeyId is not set"


RULE = Rule(
    id="RW-PAUD-003",
    title="Log files of CloudTrail are encrypted with a key",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"aws:cloudtrail/trail:Trail"}),
    controls=cite("audit-logging", "NIST-800-53r5:AU-9(3)", "CIS-AWS-3.0:3.5", "CIS-AWS-7.0:4.5"),
    fix="name a KMS key",
    code="kms_key_id=key.arn",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
