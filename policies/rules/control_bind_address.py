"""Parts of the control plane listen to the node only.

Requirement: controller manager and scheduler bind to the loopback address.
Why it matters: their ports answer without asking much; nobody outside the node has a reason to reach them.
What it looks at: `--bind-address`.
Known limits: metrics can be scraped through the API server or a proxy on the node.
Fix: set `--bind-address=127.0.0.1`.
Sources: Kubernetes documentation, "kube-apiserver"
"""

from __future__ import annotations

from policies.controls import cite
from policies.flags import flag_must_be
from policies.rule import Enforcement, Rule, Severity

RULE = Rule(
    id="RW-PCTL-014",
    title="Parts of the control plane listen to the node only",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"kubernetes:component:ControllerManager", "kubernetes:component:Scheduler"}),
    controls=cite("no-public-service", "hardening-baseline"),
    fix="set --bind-address=127.0.0.1",
    code="--bind-address=127.0.0.1",
    find=flag_must_be("bind-address", "127.0.0.1", "::1", default="every address"),
    enforcement=Enforcement.ADVISORY,
)
