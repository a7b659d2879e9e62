"""No role can be taken by everybody.

Requirement: no trust policy allows everybody to assume the role without a condition.
Why it matters: a role that anyone may take is an open door to whatever the role may do, from any account in the
world.
What it looks at: `assumeRolePolicy` of roles.
Known limits: a condition that is always true is taken for one.
Fix: name the service, account or identity provider.
Sources: AWS IAM User Guide, "How to use trust policies with IAM roles".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import open_statements
from policies.rule import Resource, Rule, Severity


def _find(role: Resource, _: Sequence[Resource]) -> Iterator[str]:
    for statement in open_statements(role, "assumeRolePolicy"):
        yield f"{statement.name} lets everybody take the role"


RULE = Rule(
    id="RW-PIAM-002",
    title="No role can be taken by everybody",
    severity=Severity.CRITICAL,
    applies_to=frozenset({"aws:iam/role:Role"}),
    controls=cite("least-privilege"),
    fix="name the principals",
    code='{"Principal": {"Service": "ec2.amazonaws.com"}}',
    find=_find,
)
