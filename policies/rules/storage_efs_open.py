"""EFS file systems are open through mount targets only.

Requirement: no allowing statement of a file system policy has everybody as principal without a condition.
Why it matters: with an open policy, any client that can route to a mount target of the account gets in, roles or not.
What it looks at: allowing statements of EFS file system policies.
Known limits: a condition that is always true is taken for one.
Fix: add the condition ``elasticfilesystem:AccessedViaMountTarget`` is true, or name roles.
Sources: Amazon EFS User Guide, "Blocking public access" (the meaning of public).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import open_statements
from policies.rule import Resource, Rule, Severity


def _find(policy: Resource, _: Sequence[Resource]) -> Iterator[str]:
    for statement in open_statements(policy, "policy"):
        yield f"{statement.name} allows everybody"


RULE = Rule(
    id="RW-PSTO-017",
    title="EFS file systems are open through mount targets only",
    severity=Severity.HIGH,
    applies_to=frozenset({"aws:efs/fileSystemPolicy:FileSystemPolicy"}),
    controls=cite("no-public-data"),
    fix="add a condition or name roles",
    code='{"Condition": {"Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"}}}',
    find=_find,
)
