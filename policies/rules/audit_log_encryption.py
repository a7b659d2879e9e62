"""Logs are encrypted with a key.

Requirement: every log group names a KMS key.
Why it matters: logs hold addresses, user names and now and then what should not be in a log.
What it looks at: `kmsKeyId` of log groups.
Known limits: none known.
Fix: set `kms_key_id`.
Sources: Amazon CloudWatch Logs User Guide, "Encrypt log data using AWS Key Management Service".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import KEY, is_set
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(group: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if not is_set(group, "kmsKeyId", source=KEY):
        yield "kmsKeyId is not set"


RULE = Rule(
    id="RW-PAUD-006",
    title="Logs are encrypted with a key",
    severity=Severity.LOW,
    applies_to=frozenset({"aws:cloudwatch/logGroup:LogGroup"}),
    controls=cite("encryption-at-rest"),
    fix="name a KMS key",
    code="kms_key_id=key.arn",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
