"""GPUs stay ready between jobs.

Requirement: the persistence daemon runs.
Why it matters: without it the driver unloads after each job: ECC counters are lost, and the next job waits.
What it looks at: state of the persistence daemon.
Known limits: not needed where a long-lived process (DCGM) keeps the device open, but harmless.
Fix: enable nvidia-persistenced.
Sources: NVIDIA Driver Persistence documentation
"""

from __future__ import annotations

from policies.checks import fact_must_be
from policies.controls import cite
from policies.rule import Enforcement, Rule, Severity

RULE = Rule(
    id="RW-PGPU-003",
    title="GPUs stay ready between jobs",
    severity=Severity.LOW,
    applies_to=frozenset({"host:gpus"}),
    controls=cite("availability"),
    fix="enable nvidia-persistenced",
    code="systemctl enable --now nvidia-persistenced",
    find=fact_must_be("persistence", value=True, because="the persistence daemon does not run"),
    enforcement=Enforcement.ADVISORY,
)
