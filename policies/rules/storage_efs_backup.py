"""EFS file systems are backed up.

Requirement: every EFS file system has an enabled backup policy.
Why it matters: homes are lost by a wrong delete far more often than by broken hardware, and EFS has no undo.
What it looks at: EFS file systems, and the backup policies that name them.
Known limits: a backup plan that selects the file system by tag is not seen.
Fix: add `aws.efs.BackupPolicy` with status ``ENABLED``.
Sources: Amazon EFS User Guide, "Backing up EFS file systems".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import pointing_to
from policies.rule import Enforcement, Resource, Rule, Severity

BACKUP = "aws:efs/backupPolicy:BackupPolicy"


def _find(system: Resource, resources: Sequence[Resource]) -> Iterator[str]:
    mine = pointing_to(resources, BACKUP, "fileSystemId", system)
    if not any(each.value("backupPolicy.status") == "ENABLED" for each in mine):
        yield "no automatic backups"


RULE = Rule(
    id="RW-PSTO-015",
    title="EFS file systems are backed up",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"aws:efs/fileSystem:FileSystem"}),
    controls=cite("restorable-data"),
    fix="enable automatic backups",
    code='aws.efs.BackupPolicy("home", file_system_id=fs.id, backup_policy={"status": "ENABLED"})',
    find=_find,
    enforcement=Enforcement.ADVISORY,
    needs_stack=True,
)
