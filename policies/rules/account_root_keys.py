"""Root has no keys.

Requirement: the root user has no access keys.
Why it matters: a root key can do everything, cannot be limited, and is found in backups of laptops.
What it looks at: the account's summary.
Known limits: only the live account tells it.
Fix: delete them.
Sources: CIS AWS Foundations 3.0.0, section 1; IAM User Guide, "Security best practices"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import known, number
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(account: Resource, _: Sequence[Resource]) -> Iterator[str]:
    keys = number(known(account, "rootAccessKeys"))
    if keys != 0:
        yield f"root has {known(account, 'rootAccessKeys')} access keys"


RULE = Rule(
    id="RW-PACC-001",
    title="Root has no keys",
    severity=Severity.CRITICAL,
    applies_to=frozenset({"account:aws/summary:Summary"}),
    controls=cite("privileged-access", "CIS-AWS-3.0:1.4"),
    fix="delete the root access keys",
    code="aws iam delete-access-key",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
