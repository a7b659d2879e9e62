"""Backups of regulated data cannot be deleted early.

Requirement: vaults of stacks with health or financial data are locked for a least time.
Why it matters: whoever takes the account deletes the backups first.
What it looks at: lock configurations of the vaults in the stack.
Known limits: governance mode may be lifted by whoever has that right. Personal data alone asks for no lock: what must
be erased must not be locked.
Fix: set `locked` in the design: regulated stacks have it.
Sources: AWS Backup Developer Guide, "AWS Backup Vault Lock"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import pointing_to
from policies.rule import Enforcement, Resource, Rule, Severity
from policies.stack import indexed

KEPT = frozenset({"phi", "financial"})
"""Classes of data that the law asks to keep unaltered."""

LOCK = "aws:backup/vaultLockConfiguration:VaultLockConfiguration"


def _find(vault: Resource, resources: Sequence[Resource]) -> Iterator[str]:
    if indexed(resources).classifications & KEPT and not pointing_to(resources, LOCK, "backupVaultName", vault, "name"):
        yield "the vault is not locked"


RULE = Rule(
    id="RW-PBKP-002",
    title="Backups of regulated data cannot be deleted early",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"aws:backup/vault:Vault"}),
    controls=cite("backup", "log-integrity"),
    fix="lock the vault",
    code='aws.backup.VaultLockConfiguration("lock", backup_vault_name=vault.name, min_retention_days=35)',
    find=_find,
    enforcement=Enforcement.ADVISORY,
    needs_stack=True,
)
