"""AWS can reach whom it must.

Requirement: primary and security contacts of the account are registered, and those for billing and operations.
Why it matters: AWS tells of leaked keys and abuse by mail: to somebody who left it says nothing.
What it looks at: the account's contacts.
Known limits: whether anybody reads the mail nobody can see.
Fix: register them.
Sources: CIS AWS Foundations 3.0.0, section 1; IAM User Guide, "Security best practices"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import is_true, known
from policies.rule import Enforcement, Resource, Rule, Severity

WANTED = ("primary", "security", "billing", "operations")


def _find(account: Resource, _: Sequence[Resource]) -> Iterator[str]:
    missing = [name for name in WANTED if not is_true(known(account, "contacts", name))]
    if missing:
        yield f"no contact is registered for {', '.join(missing)}"


RULE = Rule(
    id="RW-PACC-004",
    title="AWS can reach whom it must",
    severity=Severity.LOW,
    applies_to=frozenset({"account:aws/summary:Summary"}),
    controls=cite("breach-notification", "CIS-AWS-3.0:1.1", "CIS-AWS-3.0:1.2"),
    fix="register the contacts",
    code="aws account put-alternate-contact --alternate-contact-type SECURITY",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
