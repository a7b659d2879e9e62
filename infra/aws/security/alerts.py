"""Who hears of it: one encrypted topic for budgets, alarms and findings."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from infra.aws.context import Context
from infra.aws.documents import Scope, topic_policy


class Alerts(pulumi.ComponentResource):
    """Topic that AWS's own services may publish to, and a subscription for each person of the spec.

    A person confirms by mail; until then AWS sends nothing.
    Source: Amazon SNS Developer Guide, "Amazon SNS security best practices".
    """

    topic_arn: pulumi.Output[str]

    def __init__(
        self, context: Context, *, key_arn: pulumi.Input[str], opts: pulumi.ResourceOptions | None = None
    ) -> None:
        name = f"{context.prefix}-alerts"
        super().__init__("rackwright:aws:Alerts", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        topic = aws.sns.Topic(
            name,
            name=name,
            kms_master_key_id=key_arn,
            policy=context.account.render(lambda scope: _policy(scope, name)),
            tags=context.tags,
            opts=child,
        )
        for index, address in enumerate(context.design.governance.alarm_to):
            aws.sns.TopicSubscription(
                f"{name}-{index}", topic=topic.arn, protocol="email", endpoint=address, opts=child
            )
        self.topic_arn = topic.arn
        self.register_outputs({"topic_arn": self.topic_arn})


def _policy(scope: Scope, topic: str) -> str:
    return topic_policy(scope.arn("sns", topic), scope.account)
