"""An image does not choose its GPUs.

Requirement: the toolkit ignores `NVIDIA_VISIBLE_DEVICES` of unprivileged containers; devices come from the scheduler.
Why it matters: most CUDA images set it to `all`: without this every pod sees every GPU of the node.
What it looks at: `accept-nvidia-visible-devices-envvar-when-unprivileged`.
Known limits: where plain Docker starts single-tenant jobs, the variable is the way to choose: waive the rule for the
pool.
Fix: set it to false, and `accept-nvidia-visible-devices-as-volume-mounts` to true.
Sources: NVIDIA Container Toolkit documentation, "Configuration"
"""

from __future__ import annotations

from policies.checks import fact_must_be
from policies.controls import cite
from policies.rule import Enforcement, Rule, Severity

RULE = Rule(
    id="RW-PCNT-002",
    title="An image does not choose its GPUs",
    severity=Severity.HIGH,
    applies_to=frozenset({"host:containers"}),
    controls=cite("tenant-isolation"),
    fix="set accept-nvidia-visible-devices-envvar-when-unprivileged = false",
    code="accept-nvidia-visible-devices-envvar-when-unprivileged = false",
    find=fact_must_be("acceptEnvvarUnprivileged", value=False, because="images choose their GPUs by variable"),
    enforcement=Enforcement.ADVISORY,
)
