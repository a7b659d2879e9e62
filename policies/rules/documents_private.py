"""Documents for nodes are private and hold no secrets.

Requirement: Systems Manager documents are not shared with everybody and hold no secret.
Why it matters: a shared document tells everybody how nodes are set up, and what it holds besides.
What it looks at: permissions and content of documents.
Known limits: knows forms of well-known secrets; the finding never quotes them.
Fix: remove the permission and the secret.
Sources: AWS Systems Manager User Guide, "Sharing SSM documents"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import texts
from policies.rule import Enforcement, Resource, Rule, Severity
from policies.secrecy import kinds_of_secret


def _find(document: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if "all" in [part.lower() for part in texts(document.value("permissions.accountIds"))]:
        yield "it is shared with everybody"
    content = document.value("content")
    for what in kinds_of_secret(content) if isinstance(content, str) else ():
        yield f"it holds what looks like {what}"


RULE = Rule(
    id="RW-PSEC-006",
    title="Documents for nodes are private and hold no secrets",
    severity=Severity.HIGH,
    applies_to=frozenset({"aws:ssm/document:Document"}),
    controls=cite("no-public-service", "secrets"),
    fix="remove public permissions",
    code="permissions=None",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
