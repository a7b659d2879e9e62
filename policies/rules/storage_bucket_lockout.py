"""No bucket policy locks its owner out.

Requirement: no statement denies everybody everything without a condition.
Why it matters: only the root user of the account can remove such a policy; until then backups, logs and deletions
fail.
What it looks at: denying statements of bucket policies.
Known limits: narrower lock-outs, by odd conditions, are not recognised.
Fix: give the deny a condition, or spare an administrator's role.
Sources: Amazon S3 User Guide, "Bucket policy examples" (warning on locking yourself out).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import is_everybody, statements, texts
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(policy: Resource, _: Sequence[Resource]) -> Iterator[str]:
    for statement in statements(policy):
        everything = bool({"*", "s3:*"} & set(texts(statement.value("Action"))))
        denies = statement.value("Effect") == "Deny" and is_everybody(statement.value("Principal"))
        if denies and everything and not statement.value("Condition"):
            yield f"{statement.name} denies everybody everything"


RULE = Rule(
    id="RW-PSTO-013",
    title="No bucket policy locks its owner out",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"aws:s3/bucketPolicy:BucketPolicy"}),
    controls=cite("secure-configuration"),
    fix="give the deny a condition",
    code='{"Effect": "Deny", "NotPrincipal": {"AWS": "arn:aws:iam::111122223333:root"}}',
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
