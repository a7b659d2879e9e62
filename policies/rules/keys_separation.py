"""Whoever administers a key does not thereby read the data.

Requirement: no statement of a key policy allows ``kms:*`` or ``*``.
Why it matters: with everything in one statement the same person can read patient data and rewrite who may; separation
of duties needs two lists.
What it looks at: allowing statements of key policies; a key without a policy gets AWS's default, which allows
``kms:*``.
Known limits: an administrator who may change the policy can give himself the right; that shows in CloudTrail.
Fix: list administration and use in statements of their own.
Sources: AWS KMS Developer Guide, "Least-privilege permissions"; NIST SP 800-53 r5 AC-5.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import statements, texts
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(key: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if key.value("policy") is None:
        yield "the key has AWS's default policy, which allows kms:*"
    for statement in statements(key):
        wide = {"*", "kms:*"} & set(texts(statement.value("Action")))
        if statement.value("Effect") == "Allow" and wide:
            yield f"{statement.name} allows {', '.join(sorted(wide))}"


RULE = Rule(
    id="RW-PKEY-003",
    title="Whoever administers a key does not thereby read the data",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"aws:kms/key:Key"}),
    controls=cite("key-custody"),
    fix="list the actions, administration apart from use",
    code=('{"Sid": "Administer", "Action": ["kms:Create*", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion"]}'),
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
