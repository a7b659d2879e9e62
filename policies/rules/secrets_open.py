"""No secret is open to everybody.

Requirement: no resource policy of a secret allows everybody without a condition.
Why it matters: the policy of a secret is enough to read it from another account; its own IAM policies are not asked.
What it looks at: `policy` of secrets and secret policies.
Known limits: a condition that is always true is taken for one.
Fix: name the roles.
Sources: AWS Secrets Manager User Guide, "Resource-based policies".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import open_statements
from policies.rule import Resource, Rule, Severity


def _find(secret: Resource, _: Sequence[Resource]) -> Iterator[str]:
    for statement in open_statements(secret, "policy"):
        yield f"{statement.name} allows everybody"


RULE = Rule(
    id="RW-PSEC-002",
    title="No secret is open to everybody",
    severity=Severity.CRITICAL,
    applies_to=frozenset({"aws:secretsmanager/secret:Secret", "aws:secretsmanager/secretPolicy:SecretPolicy"}),
    controls=cite("secrets-at-rest"),
    fix="name the roles that may read it",
    code='{"Principal": {"AWS": "arn:aws:iam::111122223333:role/nodes"}}',
    find=_find,
)
