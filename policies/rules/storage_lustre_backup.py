"""Lustre file systems are backed up, tags included.

Requirement: persistent Lustre file systems keep automatic backups for at least a week and copy their tags to them.
Why it matters: a backup without the classification tag escapes every rule that goes by it.
What it looks at: `automaticBackupRetentionDays` and `copyTagsToBackups`.
Known limits: a file system that is linked to a bucket cannot have automatic backups; waive the rule for it.
Fix: set `automatic_backup_retention_days` and `copy_tags_to_backups`.
Sources: Amazon FSx for Lustre User Guide, "Protecting your data with backups".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import is_true, number
from policies.rule import Enforcement, Resource, Rule, Severity

LEAST_DAYS = 7


def _find(system: Resource, _: Sequence[Resource]) -> Iterator[str]:
    days = number(system.value("automaticBackupRetentionDays", 0))
    if days is None or not days >= LEAST_DAYS:
        yield f"backups are kept {system.value('automaticBackupRetentionDays', 0)} days, expected at least {LEAST_DAYS}"
    if not is_true(system.value("copyTagsToBackups")):
        yield "copyTagsToBackups is not on"


RULE = Rule(
    id="RW-PSTO-019",
    title="Lustre file systems are backed up, tags included",
    severity=Severity.LOW,
    applies_to=frozenset({"aws:fsx/lustreFileSystem:LustreFileSystem"}),
    controls=cite("restorable-data"),
    fix="keep backups and copy tags",
    code="automatic_backup_retention_days=35, copy_tags_to_backups=True",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
