"""GPU memory corrects its errors.

Requirement: ECC is on for every GPU.
Why it matters: a bit that flips in training changes the result, and nobody sees it.
What it looks at: ECC mode of each GPU.
Known limits: GPUs without ECC (workstation models) are reported by the collector as off: waive the rule for their
pool.
Fix: turn it on and reset the GPU.
Sources: NVIDIA, "nvidia-smi" manual, section ECC Mode
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import is_true, known, maps
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(gpus: Resource, _: Sequence[Resource]) -> Iterator[str]:
    known(gpus, "devices")
    off = [str(gpu.value("uuid", gpu.name)) for gpu in maps(gpus, "devices") if not is_true(gpu.value("ecc"))]
    if off:
        yield f"ECC is off on {', '.join(off)}"


RULE = Rule(
    id="RW-PGPU-004",
    title="GPU memory corrects its errors",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"host:gpus"}),
    controls=cite("file-integrity", "availability"),
    fix="turn on ECC",
    code="nvidia-smi --ecc-config=1",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
