"""Backups are encrypted with a key of their own.

Requirement: backup vaults name a KMS key.
Why it matters: a backup is the data again, in another place, for longer.
What it looks at: `kmsKeyArn` of vaults.
Known limits: recovery points of FSx and EFS take the vault's key.
Fix: name the key of the class `backups`.
Sources: AWS Backup Developer Guide, "Encryption for backups"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import KEY, is_set
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(vault: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if not is_set(vault, "kmsKeyArn", source=KEY):
        yield "kmsKeyArn is not set"


RULE = Rule(
    id="RW-PBKP-001",
    title="Backups are encrypted with a key of their own",
    severity=Severity.HIGH,
    applies_to=frozenset({"aws:backup/vault:Vault"}),
    controls=cite("backup", "encrypted-data-and-keys"),
    fix="set kms_key_arn",
    code='aws.backup.Vault("vault", kms_key_arn=key.arn)',
    find=_find,
    enforcement=Enforcement.ADVISORY,
    needs_stack=True,
)
