"""A budget that warns before the money is gone."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from infra.aws.account import Account
from infra.aws.documents import Scope, topic_policy
from rackwright.design.model import Cost

HOURS_PER_MONTH = 730
ALERT_AT_PERCENT = (50, 80, 100)


def monthly_limit(cost: Cost) -> str:
    """Cost of the cluster at full size all month, in whole dollars, as the API wants it; never below one."""
    return str(max(1, round(cost.usd_per_hour * HOURS_PER_MONTH)))


class CostGuard(pulumi.ComponentResource):
    """Monthly budget at the designed cost, with warnings to an encrypted topic.

    Only what carries the stack's tag counts. Nothing is stopped: a budget warns, people decide.
    Source: AWS Cost Management User Guide, "Managing your costs with AWS Budgets".
    """

    topic_arn: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        account: Account,
        cost: Cost,
        key_arn: pulumi.Input[str],
        tags: Mapping[str, str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("rackwright:aws:CostGuard", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        topic = aws.sns.Topic(
            f"{name}-alerts",
            name=f"{name}-alerts",
            kms_master_key_id=key_arn,
            policy=account.render(lambda scope: _topic_policy(scope, f"{name}-alerts")),
            tags=tags,
            opts=child,
        )
        aws.budgets.Budget(
            f"{name}-budget",
            name=f"{name}-budget",
            budget_type="COST",
            time_unit="MONTHLY",
            limit_amount=monthly_limit(cost),
            limit_unit="USD",
            cost_filters=[
                aws.budgets.BudgetCostFilterArgs(name="TagKeyValue", values=[f"user:rackwright:stack${name}"])
            ],
            notifications=[
                aws.budgets.BudgetNotificationArgs(
                    comparison_operator="GREATER_THAN",
                    notification_type="ACTUAL",
                    threshold=percent,
                    threshold_type="PERCENTAGE",
                    subscriber_sns_topic_arns=[topic.arn],
                )
                for percent in ALERT_AT_PERCENT
            ],
            tags=tags,
            opts=child,
        )
        self.topic_arn = topic.arn
        self.register_outputs({"topic_arn": self.topic_arn})


def _topic_policy(scope: Scope, topic: str) -> str:
    return topic_policy(scope.arn("sns", topic), scope.account)
