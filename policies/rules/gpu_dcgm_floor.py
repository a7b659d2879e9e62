"""DCGM has no known holes.

Requirement: DCGM is at or above its first safe version.
Why it matters: the exporter's profiler page lets anybody on its network stop it (CVE-2026-47483).
What it looks at: version of the running DCGM, and the catalog's bulletins.
Known limits: the exporter's own version is judged at the lock and in pods.
Fix: lock a safe version.
Sources: NVIDIA Product Security (bulletin numbers in `rackwright/catalog/data/security.yaml`)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.floors import older_than_safe
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(gpus: Resource, _: Sequence[Resource]) -> Iterator[str]:
    yield from older_than_safe("dcgm", gpus.value("dcgm"))


RULE = Rule(
    id="RW-PGPU-008",
    title="DCGM has no known holes",
    severity=Severity.HIGH,
    applies_to=frozenset({"host:gpus"}),
    controls=cite("patching"),
    fix="upgrade DCGM",
    code="./rw lock <stack> --upgrade",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
