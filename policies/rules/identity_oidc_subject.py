"""A pipeline takes a role for one repository only.

Requirement: a trust policy for an OpenID Connect provider of a code host has a condition on the subject, without a
wildcard for the repository.
Why it matters: without it every repository on that host, in anybody's account, can take the role.
What it looks at: `assumeRolePolicy` of roles with a federated principal of GitHub or GitLab.
Known limits: other identity providers are not judged.
Fix: add ``token.actions.githubusercontent.com:sub`` = ``repo:<owner>/<name>:…``.
Sources: GitHub Docs, "Configuring OpenID Connect in Amazon Web Services".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from policies.controls import cite
from policies.reading import statements, texts
from policies.rule import Resource, Rule, Severity

HOSTS = ("token.actions.githubusercontent.com", "gitlab.com")
ANY_REPOSITORY = frozenset({"*", "repo:*", "repo:*:*", "project_path:*"})


def _find(role: Resource, _: Sequence[Resource]) -> Iterator[str]:
    for statement in statements(role, "assumeRolePolicy"):
        hosts = [
            host for name in texts(statement.value("Principal.Federated")) for host in HOSTS if name.endswith(host)
        ]
        for host in hosts:
            subjects = _subjects(statement.value("Condition"), f"{host}:sub")
            if not subjects or subjects & ANY_REPOSITORY:
                yield f"{statement.name} trusts every repository on {host}"


def _subjects(condition: Any, key: str) -> set[str]:
    tests = condition.values() if isinstance(condition, dict) else ()
    return {text for test in tests if isinstance(test, dict) for text in texts(test.get(key))}


RULE = Rule(
    id="RW-PIAM-010",
    title="A pipeline takes a role for one repository only",
    severity=Severity.HIGH,
    applies_to=frozenset({"aws:iam/role:Role"}),
    controls=cite("least-privilege"),
    fix="add a condition on the subject",
    code='{"StringEquals": {"token.actions.githubusercontent.com:sub": "repo:org/repo:ref:refs/heads/main"}}',
    find=_find,
)
