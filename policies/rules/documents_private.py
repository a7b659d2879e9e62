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
    controls=(
        "HIPAA:164.312(e)(1)",
        "GDPR:Art.25(2)",
        "CCPA-REGS:7123(c)(11)",
        "SOX-ITGC:DSS05.02",
        "NIST-800-53r5:SC-7",
        "NIST-800-53r5:AC-3",
        "ISO-27001:A.8.20",
        "SOC2:CC6.6",
        "PCI-DSS-4.0.1:1.3.1",
        "HIPAA:164.308(a)(5)(ii)(D)",
        "GDPR:Art.32(1)(b)",
        "CCPA-REGS:7123(c)(1)",
        "SOX-ITGC:DSS05.04",
        "NIST-800-53r5:IA-5(7)",
        "ISO-27001:A.5.17",
        "SOC2:CC6.1",
        "PCI-DSS-4.0.1:8.6.2",
    ),
    fix="remove public permissions",
    code="permissions=None",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
