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
    controls=(
        "HIPAA:164.312(c)(1)",
        "GDPR:Art.5(1)(f)",
        "CCPA-REGS:7123(c)(8)",
        "SOX-ITGC:BAI10.05",
        "NIST-800-53r5:SI-7",
        "ISO-27001:A.8.9",
        "SOC2:CC7.1",
        "PCI-DSS-4.0.1:11.5.2",
        "NIST-800-53r5:CP-10",
        "NIST-800-53r5:SC-5",
        "ISO-27001:A.8.14",
        "SOC2:A1.2",
    ),
    fix="turn on ECC",
    code="nvidia-smi --ecc-config=1",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
