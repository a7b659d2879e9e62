"""The API server asks who may do what.

Requirement: the API server authorises by Node and RBAC, and never allows everything.
Why it matters: AlwaysAllow gives every signed-in caller, each node included, the whole cluster.
What it looks at: `--authorization-mode` of the API server.
Known limits: an authorisation configuration file (`--authorization-config`) is taken as given.
Fix: set `--authorization-mode=Node,RBAC`.
Sources: Kubernetes documentation, "kube-apiserver"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.flags import flag, listed
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(server: Resource, _: Sequence[Resource]) -> Iterator[str]:
    modes = listed(server, "authorization-mode", "AlwaysAllow")
    if flag(server, "authorization-config"):
        return
    if "AlwaysAllow" in modes:
        yield "--authorization-mode has AlwaysAllow"
    missing = [mode for mode in ("Node", "RBAC") if mode not in modes]
    if missing:
        yield f"--authorization-mode lacks {', '.join(missing)}"


RULE = Rule(
    id="RW-PCTL-002",
    title="The API server asks who may do what",
    severity=Severity.CRITICAL,
    applies_to=frozenset({"kubernetes:component:ApiServer"}),
    controls=(
        "HIPAA:164.308(a)(4)(ii)(B)",
        "HIPAA:164.312(a)(1)",
        "GDPR:Art.25(2)",
        "CCPA-REGS:7123(c)(3)",
        "SOX-ITGC:DSS06.03",
        "NIST-800-53r5:AC-6",
        "ISO-27001:A.5.15",
        "SOC2:CC6.3",
        "PCI-DSS-4.0.1:7.2.2",
        "CIS-K8S-2.0.1:1.2.8",
    ),
    fix="set --authorization-mode=Node,RBAC",
    code="--authorization-mode=Node,RBAC",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
