"""Rotated secrets rotate within 90 days.

Requirement: rotations of secrets run at least every 90 days.
Why it matters: the longer a secret lives, the more copies of it lie about.
What it looks at: rotation rules.
Known limits: secrets that cannot be rotated by a function (munge key) are renewed by `./rw upgrade`: they have no
rotation, and the rule is not applicable.
Fix: set 90 days or fewer.
Sources: AWS Secrets Manager User Guide, "Rotate secrets"; PCI DSS 4.0.1 8.6.3
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import number
from policies.rule import Enforcement, Resource, Rule, Severity

MOST_DAYS = 90


def _find(rotation: Resource, _: Sequence[Resource]) -> Iterator[str]:
    days = number(rotation.value("rotationRules.automaticallyAfterDays"))
    if days is None and not rotation.value("rotationRules.scheduleExpression"):
        yield "no interval is set"
    elif days is not None and days > MOST_DAYS:
        yield f"rotates every {days:g} days, expected at most {MOST_DAYS}"


RULE = Rule(
    id="RW-PSEC-003",
    title="Rotated secrets rotate within 90 days",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"aws:secretsmanager/secretRotation:SecretRotation"}),
    controls=cite("credential-rotation"),
    fix="rotate every 90 days",
    code='rotation_rules={"automatically_after_days": 90}',
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
