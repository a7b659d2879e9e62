"""Parts of the control plane listen to the node only.

Requirement: controller manager and scheduler bind to the loopback address.
Why it matters: their ports answer without asking much; nobody outside the node has a reason to reach them.
What it looks at: `--bind-address`.
Known limits: metrics can be scraped through the API server or a proxy on the node.
Fix: set `--bind-address=127.0.0.1`.
Sources: Kubernetes documentation, "kube-apiserver"
"""

from __future__ import annotations

from policies.flags import flag_must_be
from policies.rule import Enforcement, Rule, Severity

RULE = Rule(
    id="RW-PCTL-014",
    title="Parts of the control plane listen to the node only",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"kubernetes:component:ControllerManager", "kubernetes:component:Scheduler"}),
    controls=(
        "HIPAA:164.312(e)(1)",
        "GDPR:Art.25(2)",
        "CCPA-REGS:7123(c)(11)",
        "SOX-ITGC:DSS05.02",
        "NIST-800-53r5:SC-7",
        "NIST-800-53r5:AC-3",
        "ISO-27001:A.8.20",
        "SOC2:CC6.6",
        "PCI-DSS-4.0.1:1.3.1",
        "NIST-800-53r5:CM-7",
        "NIST-800-53r5:CM-6",
        "ISO-27001:A.8.9",
        "SOC2:CC6.8",
        "PCI-DSS-4.0.1:2.2.6",
    ),
    fix="set --bind-address=127.0.0.1",
    code="--bind-address=127.0.0.1",
    find=flag_must_be("bind-address", "127.0.0.1", "::1", default="every address"),
    enforcement=Enforcement.ADVISORY,
)
