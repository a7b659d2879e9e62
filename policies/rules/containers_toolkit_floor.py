"""The container toolkit has no known holes.

Requirement: the NVIDIA container toolkit is at or above its first safe version.
Why it matters: CVE-2024-0132, CVE-2025-23266 and CVE-2026-24260: an image that is merely started owns the node and
every tenant on it.
What it looks at: version of the toolkit, and the catalog's bulletins.
Known limits: the conditions of single holes (CDI, hooks) are not weighed: a safe version is asked for.
Fix: lock a safe version.
Sources: NVIDIA Product Security (bulletin numbers in `rackwright/catalog/data/security.yaml`)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.floors import older_than_safe
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(containers: Resource, _: Sequence[Resource]) -> Iterator[str]:
    yield from older_than_safe("container-toolkit", containers.value("toolkit"))


RULE = Rule(
    id="RW-PCNT-001",
    title="The container toolkit has no known holes",
    severity=Severity.CRITICAL,
    applies_to=frozenset({"host:containers"}),
    controls=cite("patching", "tenant-isolation"),
    fix="upgrade the container toolkit",
    code="./rw lock <stack> --upgrade",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
