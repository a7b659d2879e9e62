"""No key policy lets in everybody.

Requirement: no allowing statement of a key policy has everybody as principal without a condition.
Why it matters: whoever may use the key may read the data; ``*`` in a key policy means every account of AWS.
What it looks at: allowing statements of key policies.
Known limits: a condition that is always true is taken for one; a key without a policy gets AWS's default and passes.
Fix: name the account, role or service.
Sources: AWS KMS Developer Guide, "Key policies in AWS KMS"; CIS AWS Foundations 7.0.0 2.21.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import open_statements
from policies.rule import Resource, Rule, Severity


def _find(key: Resource, _: Sequence[Resource]) -> Iterator[str]:
    for statement in open_statements(key, "policy"):
        yield f"{statement.name} allows everybody"


RULE = Rule(
    id="RW-PKEY-002",
    title="No key policy lets in everybody",
    severity=Severity.CRITICAL,
    applies_to=frozenset({"aws:kms/key:Key"}),
    controls=cite("key-custody", "CIS-AWS-7.0:2.21"),
    fix="name the principals",
    code=(
        '{"Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Condition": {"StringEquals": '
        '{"kms:CallerAccount": "111122223333"}}}'
    ),
    find=_find,
)
