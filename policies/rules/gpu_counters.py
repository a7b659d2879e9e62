"""Performance counters are for administrators.

Requirement: GPU performance counters need root.
Why it matters: counters of a shared GPU show what a neighbour computes: keys and models have been recovered that way.
What it looks at: the driver's module option `NVreg_RestrictProfilingToAdminUsers`.
Known limits: profiling is opened for a job by its prolog where a site wants it.
Fix: set the option.
Sources: NVIDIA, "ERR_NVGPUCTRPERM: Permission issue with Performance Counters"; CVE-2018-6260
"""

from __future__ import annotations

from policies.checks import fact_must_be
from policies.controls import cite
from policies.rule import Enforcement, Rule, Severity

RULE = Rule(
    id="RW-PGPU-006",
    title="Performance counters are for administrators",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"host:gpus"}),
    controls=cite("tenant-isolation"),
    fix="restrict profiling to administrators",
    code="options nvidia NVreg_RestrictProfilingToAdminUsers=1",
    find=fact_must_be("profilingAdminOnly", value=True, because="every user may read performance counters"),
    enforcement=Enforcement.ADVISORY,
)
