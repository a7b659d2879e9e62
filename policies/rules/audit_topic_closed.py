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

from policies.controls import cite
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
    controls=cite("no-public-data"),
    fix="encrypt the topic and close its policy",
    code='aws.sns.Topic("alerts", kms_master_key_id=key.id)',
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
