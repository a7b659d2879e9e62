"""EFS file systems are encrypted at rest.

Requirement: every EFS file system is created with encryption.
Why it matters: encryption cannot be switched on later; an unencrypted file system must be copied and replaced.
What it looks at: `encrypted` of EFS file systems.
Known limits: none known.
Fix: set `encrypted` before the first apply.
Sources: CIS AWS Foundations 3.0.0 2.4.1; Amazon EFS User Guide, "Encrypting data at rest".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.checks import set_to
from policies.controls import cite
from policies.reading import is_true
from policies.rule import Resource, Rule, Severity


def _find(system: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if not is_true(system.value("encrypted")):
        yield "the file system is not encrypted"


RULE = Rule(
    id="RW-PSTO-003",
    title="EFS file systems are encrypted at rest",
    severity=Severity.HIGH,
    applies_to=frozenset({"aws:efs/fileSystem:FileSystem"}),
    controls=cite("encryption-at-rest", "CIS-AWS-3.0:2.4.1", "CIS-AWS-7.0:3.3.1"),
    fix="set `encrypted` to true",
    code="encrypted=True, kms_key_id=key.arn",
    find=_find,
    remedy=set_to({"encrypted": True}),
)
