"""Alerts are not sent in clear.

Requirement: subscriptions use no plain HTTP.
Why it matters: an alert tells where the cluster hurts, and its confirmation link ends the alerts.
What it looks at: protocol of subscriptions.
Known limits: mail is sent as mail is.
Fix: use HTTPS.
Sources: Amazon SNS Developer Guide, "Data protection"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(subscription: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if subscription.value("protocol") == "http":
        yield "alerts are sent in clear (http)"


RULE = Rule(
    id="RW-PSEC-008",
    title="Alerts are not sent in clear",
    severity=Severity.LOW,
    applies_to=frozenset({"aws:sns/topicSubscription:TopicSubscription"}),
    controls=cite("encryption-in-transit"),
    fix="use https",
    code='protocol="https"',
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
