"""Sessions on nodes are recorded and encrypted.

Requirement: session documents of Systems Manager write sessions to an encrypted bucket or log group, and use a key.
Why it matters: who was root on a node, and what he typed, is the first question after an incident.
What it looks at: content of documents of type Session.
Known limits: the document must be the one that the account uses: that is a setting of the console.
Fix: set the inputs.
Sources: AWS Systems Manager User Guide, "Logging session activity"
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import is_true
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(document: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if document.value("documentType") != "Session":
        return
    inputs = _inputs(document.value("content"))
    bucket, group = inputs.get("s3BucketName"), inputs.get("cloudWatchLogGroupName")
    if not bucket and not group:
        yield "sessions are not recorded"
    for place, flag in ((bucket, "s3EncryptionEnabled"), (group, "cloudWatchEncryptionEnabled")):
        if place and not is_true(inputs.get(flag)):
            yield f"{flag} is not on"
    if not inputs.get("kmsKeyId"):
        yield "kmsKeyId is not set: sessions are not encrypted with a key"


def _inputs(content: object) -> dict[str, object]:
    try:
        document = json.loads(content) if isinstance(content, str) else {}
    except ValueError:
        return {}
    inputs = document.get("inputs") if isinstance(document, dict) else None
    return inputs if isinstance(inputs, dict) else {}


RULE = Rule(
    id="RW-PSEC-005",
    title="Sessions on nodes are recorded and encrypted",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"aws:ssm/document:Document"}),
    controls=cite(
        "audit-logging",
        "remote-access",
        "HIPAA:164.312(e)(2)(ii)",
        "GDPR:Art.32(1)(a)",
        "CCPA-REGS:7123(c)(2)",
        "NIST-800-53r5:SC-8(1)",
        "ISO-27001:A.8.24",
        "SOC2:CC6.7",
        "PCI-DSS-4.0.1:4.2.1",
    ),
    fix="log sessions with a key",
    code=('{"inputs": {"cloudWatchLogGroupName": "sessions", "cloudWatchEncryptionEnabled": true, "kmsKeyId": "..."}}'),
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
