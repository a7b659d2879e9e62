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

from policies.controls import cite
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
    controls=cite("least-privilege", "CIS-K8S-2.0.1:1.2.8"),
    fix="set --authorization-mode=Node,RBAC",
    code="--authorization-mode=Node,RBAC",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
