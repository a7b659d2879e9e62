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
from policies.rule import Enforcement, Rule, Severity

RULE = Rule(
    id="RW-PCNT-002",
    title="An image does not choose its GPUs",
    severity=Severity.HIGH,
    applies_to=frozenset({"host:containers"}),
    controls=(
        "HIPAA:164.312(a)(1)",
        "GDPR:Art.32(1)(b)",
        "CCPA-REGS:7123(c)(10)",
        "NIST-800-53r5:SC-4",
        "NIST-800-53r5:AC-4",
        "ISO-27001:A.8.22",
        "SOC2:CC6.1",
        "PCI-DSS-4.0.1:1.2.1",
    ),
    fix="set accept-nvidia-visible-devices-envvar-when-unprivileged = false",
    code="accept-nvidia-visible-devices-envvar-when-unprivileged = false",
    find=fact_must_be("acceptEnvvarUnprivileged", value=False, because="images choose their GPUs by variable"),
    enforcement=Enforcement.ADVISORY,
)
