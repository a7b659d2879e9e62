"""Roles name what they allow, one by one.

Requirement: no rule of a role has a wildcard for verbs, resources or API groups.
Why it matters: a wildcard also allows what is installed later: secrets of tomorrow's operator, and the verbs that
give rights away.
What it looks at: `verbs`, `resources`, `apiGroups` and `nonResourceURLs` of roles that people wrote.
Known limits: aggregated roles are judged by their parts.
Fix: name verbs and resources.
Sources: Kubernetes documentation, "Role Based Access Control Good Practices"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.grants import ROLES, grants
from policies.reading import texts
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(role: Resource, _: Sequence[Resource]) -> Iterator[str]:
    for rule in grants(role):
        wide = [
            name for name in ("verbs", "resources", "apiGroups", "nonResourceURLs") if "*" in texts(rule.value(name))
        ]
        if wide:
            yield f"{rule.name} has a wildcard in {', '.join(wide)}"


RULE = Rule(
    id="RW-PRBC-001",
    title="Roles name what they allow, one by one",
    severity=Severity.HIGH,
    applies_to=ROLES,
    controls=cite("least-privilege", "CIS-K8S-2.0.1:5.1.3"),
    fix="name verbs, resources and groups one by one",
    code="rules: [{apiGroups: [batch], resources: [jobs], verbs: [get, list, create]}]",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
