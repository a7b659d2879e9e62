"""No slice of a GPU has two tenants.

Requirement: a GPU that is cut into slices gives each to one tenant, and a GPU without slices to one at a time.
Why it matters: processes on one GPU share caches and counters; a hole in MIG (CVE-2026-24197) crosses slices, so
tenants of different trust get different GPUs.
What it looks at: tenants of the instances of each GPU, where the scheduler tells them.
Known limits: without tenants in the facts nothing is compared.
Fix: keep tenants apart by GPU, or by node for regulated data.
Sources: NVIDIA Multi-Instance GPU User Guide; CVE-2026-24197
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import known, maps
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(gpus: Resource, _: Sequence[Resource]) -> Iterator[str]:
    known(gpus, "devices")
    for gpu in maps(gpus, "devices"):
        tenants = {str(each.value("tenant")) for each in maps(gpu, "instances") if each.value("tenant")}
        if len(tenants) > 1:
            yield f"{gpu.value('uuid', gpu.name)} is shared by {', '.join(sorted(tenants))}"


RULE = Rule(
    id="RW-PGPU-005",
    title="No slice of a GPU has two tenants",
    severity=Severity.HIGH,
    applies_to=frozenset({"host:gpus"}),
    controls=cite("tenant-isolation"),
    fix="give each GPU to one tenant",
    code="pools: {train: {mig: none}}",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
