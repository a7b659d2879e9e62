"""Root of a node is not root of the file system.

Requirement: Lustre file systems squash root of the nodes.
Why it matters: root on one node reads and changes every tenant's files otherwise.
What it looks at: `rootSquashConfiguration`.
Known limits: control nodes can be excepted by their addresses; on a cluster of one tenant it is a matter of taste,
hence advice only.
Fix: set root squash to 65534:65534 or another account.
Sources: Amazon FSx for Lustre User Guide, "Lustre root squash"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(system: Resource, _: Sequence[Resource]) -> Iterator[str]:
    squash = str(system.value("rootSquashConfiguration.rootSquash", "0:0"))
    if squash.partition(":")[0] == "0":
        yield "root of every node is root of the file system"


RULE = Rule(
    id="RW-PSTO-023",
    title="Root of a node is not root of the file system",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"aws:fsx/lustreFileSystem:LustreFileSystem"}),
    controls=cite("privileged-access", "tenant-isolation"),
    fix="squash root",
    code='root_squash_configuration={"root_squash": "65534:65534"}',
    find=_find,
    enforcement=Enforcement.ADVISORY,
    confidence=Severity.LOW,
)
