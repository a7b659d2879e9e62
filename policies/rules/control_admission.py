"""Objects are checked before they are stored.

Requirement: the API server runs the plug-ins NodeRestriction, ServiceAccount, NamespaceLifecycle and PodSecurity, and
none that admits everything.
Why it matters: without NodeRestriction the kubelet of one broken node relabels others and reads every secret;
AlwaysAdmit undoes all of admission.
What it looks at: `--enable-admission-plugins` and `--disable-admission-plugins`.
Known limits: plug-ins that Kubernetes runs by default count as enabled unless they are disabled; SecurityContextDeny
and PodSecurityPolicy no longer exist, PodSecurity took their place.
Fix: enable NodeRestriction, disable none of the defaults.
Sources: Kubernetes documentation, "kube-apiserver"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.flags import listed
from policies.rule import Enforcement, Resource, Rule, Severity

DEFAULTS = frozenset({"NamespaceLifecycle", "ServiceAccount", "PodSecurity"})
WANTED = ("NodeRestriction", "NamespaceLifecycle", "PodSecurity", "ServiceAccount")


def _find(server: Resource, _: Sequence[Resource]) -> Iterator[str]:
    enabled = {*DEFAULTS, *listed(server, "enable-admission-plugins")} - {*listed(server, "disable-admission-plugins")}
    missing = [name for name in WANTED if name not in enabled]
    if missing:
        yield f"admission lacks {', '.join(missing)}"
    if "AlwaysAdmit" in enabled:
        yield "admission has AlwaysAdmit"


RULE = Rule(
    id="RW-PCTL-003",
    title="Objects are checked before they are stored",
    severity=Severity.HIGH,
    applies_to=frozenset({"kubernetes:component:ApiServer"}),
    controls=cite("default-deny", "pod-hardening", "CIS-K8S-2.0.1:5.2.1"),
    fix="enable NodeRestriction",
    code="--enable-admission-plugins=NodeRestriction",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
