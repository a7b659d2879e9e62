"""Topics are encrypted and closed.

Requirement: topics name a KMS key, and no topic policy allows everybody without a condition.
Why it matters: alerts tell an intruder what is noticed; an open topic lets him drown the real ones.
What it looks at: `kmsMasterKeyId` and `policy` of topics, and topic policies.
Known limits: AWS's own default policy names the owner and passes.
Fix: set `kms_master_key_id`; give each statement a condition.
Sources: Amazon SNS Developer Guide, "Amazon SNS security best practices".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.reading import KEY, is_set, open_statements
from policies.rule import Enforcement, Resource, Rule, Severity

TOPIC = "aws:sns/topic:Topic"


def _find(resource: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if resource.type == TOPIC and not is_set(resource, "kmsMasterKeyId", source=KEY):
        yield "kmsMasterKeyId is not set"
    for statement in open_statements(resource, "policy"):
        yield f"{statement.name} allows everybody"


RULE = Rule(
    id="RW-PAUD-008",
    title="Topics are encrypted and closed",
    severity=Severity.MEDIUM,
    applies_to=frozenset({TOPIC, "aws:sns/topicPolicy:TopicPolicy"}),
    controls=(
        "HIPAA:164.312(a)(1)",
        "GDPR:Art.25(2)",
        "CCPA:1798.150(a)(1)",
        "SOX-ITGC:ITGC-APD",
        "NIST-800-53r5:AC-3",
        "NIST-800-53r5:AC-22",
        "ISO-27001:A.5.23",
        "SOC2:CC6.6",
        "PCI-DSS-4.0.1:1.4.4",
    ),
    fix="encrypt the topic and close its policy",
    code='aws.sns.Topic("alerts", kms_master_key_id=key.id)',
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
