"""The audit log covers what matters.

Requirement: the audit policy records access to secrets and token reviews at level Metadata, and changes to rights and
to pods.
Why it matters: a log without secrets and rights answers no question after a break-in; one with the bodies of secrets
is a leak itself.
What it looks at: the audit policy file of the API server.
Known limits: rules are read in their order up to the first that names the resource; user and namespace filters are
not weighed.
Fix: use the policy of the role.
Sources: Kubernetes documentation, "kube-apiserver"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import known, maps, texts
from policies.rule import Enforcement, Resource, Rule, Severity

MATTERS = ("secrets", "roles", "rolebindings", "pods")


def _find(server: Resource, _: Sequence[Resource]) -> Iterator[str]:
    known(server, "auditPolicy")
    rules = maps(server, "auditPolicy.rules")
    for what in MATTERS:
        level = next((rule.value("level", "None") for rule in rules if _names(rule, what)), "None")
        if level == "None":
            yield f"{what} are not recorded"
        elif what == "secrets" and level in ("Request", "RequestResponse"):
            yield "bodies of secrets are written into the log"


def _names(rule: Resource, what: str) -> bool:
    groups = maps(rule, "resources")
    return not groups or any(
        what in texts(group.value("resources")) or not group.value("resources") for group in groups
    )


RULE = Rule(
    id="RW-PCTL-006",
    title="The audit log covers what matters",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"kubernetes:component:ApiServer"}),
    controls=cite("audit-logging", "CIS-K8S-2.0.1:3.2.2"),
    fix="record secrets at Metadata, rights and pods at RequestResponse",
    code='rules: [{level: Metadata, resources: [{group: "", resources: [secrets]}]}]',
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
