"""No role trusts a whole account without a condition.

Requirement: a trust policy that names an account's root as principal has a condition (an external id, MFA, an
organisation).
Why it matters: the root ARN stands for every user and role of that account that its own administrators choose, now or
later.
What it looks at: `assumeRolePolicy` of roles.
Known limits: whether the account is one's own cannot be told in a preview.
Fix: name a role, or add a condition.
Sources: AWS IAM User Guide, "Access to AWS accounts owned by third parties" (external id).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import statements, texts
from policies.rule import Enforcement, Resource, Rule, Severity

ACCOUNT = re.compile(r"(\d{12}|arn:aws[\w-]*:iam::\d{12}:root)")


def _find(role: Resource, _: Sequence[Resource]) -> Iterator[str]:
    for statement in statements(role, "assumeRolePolicy"):
        whole = [name for name in texts(statement.value("Principal.AWS")) if ACCOUNT.fullmatch(name)]
        if statement.value("Effect") == "Allow" and whole and not statement.value("Condition"):
            yield f"{statement.name} trusts {', '.join(whole)} without a condition"


RULE = Rule(
    id="RW-PIAM-003",
    title="No role trusts a whole account without a condition",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"aws:iam/role:Role"}),
    controls=cite("least-privilege"),
    fix="name a role or add a condition",
    code='{"Condition": {"StringEquals": {"sts:ExternalId": "..."}}}',
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
