"""No repository is open to everybody.

Requirement: repository policies allow everybody nothing.
Why it matters: everybody pulls the models inside, or pushes the image that the nodes start next.
What it looks at: allowing statements without a condition.
Known limits: a condition is taken as given.
Fix: name accounts or the organisation.
Sources: Amazon ECR User Guide, "Private repository policies"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import open_statements
from policies.rule import Resource, Rule, Severity


def _find(policy: Resource, _: Sequence[Resource]) -> Iterator[str]:
    for statement in open_statements(policy, "policy"):
        yield f"{statement.name} allows everybody"


RULE = Rule(
    id="RW-PIMG-005",
    title="No repository is open to everybody",
    severity=Severity.CRITICAL,
    applies_to=frozenset({"aws:ecr/repositoryPolicy:RepositoryPolicy"}),
    controls=cite("no-public-service", "supply-chain"),
    fix="name principals",
    code='{"Principal": {"AWS": "arn:aws:iam::111122223333:root"}}',
    find=_find,
)
