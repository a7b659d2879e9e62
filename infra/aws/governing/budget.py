"""A budget that warns before the money is gone, and stops what may stop when it is."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from infra.aws.context import Context
from infra.aws.documents import trust
from infra.aws.governing.cost_documents import action_policy, stop_elastic_policy
from rackwright.design.governance import Spending


class CostGuard(pulumi.ComponentResource):
    """Monthly budget of what carries the stack's tag, with warnings to the topic and to the people of the spec.

    Where the spec says `stop-elastic`, AWS attaches a policy to the nodes' role above the budget, under which elastic
    pools get no further nodes; what runs goes on. People take the policy away.
    Source: AWS Cost Management User Guide, "Managing your costs with AWS Budgets", "Configuring AWS Budgets actions".
    """

    def __init__(
        self,
        context: Context,
        *,
        spending: Spending,
        topic_arn: pulumi.Input[str],
        role_name: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("rackwright:aws:CostGuard", context.prefix, None, opts)
        self._context = context.within(self)
        self._spending, self._topic_arn = spending, topic_arn
        budget = self._declare_budget()
        for key in spending.tags:
            aws.costexplorer.CostAllocationTag(
                f"{context.prefix}-bill-{key.replace(':', '-')}",
                tag_key=key,
                status="Active",
                # A tag of the whole account: switching it off with one stack would take it from all others.
                opts=pulumi.ResourceOptions(parent=self, retain_on_delete=context.protect),
            )
        if spending.stop_pools:
            self._declare_stop(budget, role_name)
        self.register_outputs({})

    def _declare_budget(self) -> pulumi.Output[str]:
        name = f"{self._context.prefix}-budget"
        return aws.budgets.Budget(
            name,
            name=name,
            budget_type="COST",
            time_unit="MONTHLY",
            limit_amount=str(round(self._spending.usd_per_month)),
            limit_unit="USD",
            cost_filters=[
                aws.budgets.BudgetCostFilterArgs(
                    name="TagKeyValue", values=[f"user:rackwright:stack${self._context.prefix}"]
                )
            ],
            notifications=[self._notification("ACTUAL", percent) for percent in self._spending.alert_at]
            + [self._notification("FORECASTED", max(self._spending.alert_at, default=100))],
            tags=self._context.tags,
            opts=self._context.child,
        ).name

    def _notification(self, kind: str, percent: int) -> aws.budgets.BudgetNotificationArgs:
        return aws.budgets.BudgetNotificationArgs(
            comparison_operator="GREATER_THAN",
            notification_type=kind,
            threshold=percent,
            threshold_type="PERCENTAGE",
            subscriber_sns_topic_arns=[self._topic_arn],
            subscriber_email_addresses=list(self._spending.notify) or None,
        )

    def _declare_stop(self, budget: pulumi.Output[str], role_name: pulumi.Input[str]) -> None:
        context, name = self._context, f"{self._context.prefix}-stop-elastic"
        groups = [f"{context.prefix}-{pool}" for pool in self._spending.stop_pools]
        policy = aws.iam.Policy(
            name,
            name=name,
            description=f"Elastic pools of {context.prefix} get no further nodes: the budget is spent",
            policy=context.account.render(lambda scope: stop_elastic_policy(scope, groups)),
            tags=context.tags,
            opts=context.child,
        )
        role = aws.iam.Role(
            name,
            name=name,
            assume_role_policy=context.account.render(lambda s: trust("budgets.amazonaws.com", account=s.account)),
            tags=context.tags,
            opts=context.child,
        )
        document = context.account.render(lambda scope: action_policy(scope, f"{context.prefix}-node", name))
        allowed = aws.iam.RolePolicy(name, name="attach", role=role.name, policy=document, opts=context.child)
        aws.budgets.BudgetAction(
            name,
            budget_name=budget,
            action_type="APPLY_IAM_POLICY",
            approval_model="AUTOMATIC",
            notification_type="ACTUAL",
            action_threshold=aws.budgets.BudgetActionActionThresholdArgs(
                action_threshold_type="PERCENTAGE", action_threshold_value=100
            ),
            definition=aws.budgets.BudgetActionDefinitionArgs(
                iam_action_definition=aws.budgets.BudgetActionDefinitionIamActionDefinitionArgs(
                    policy_arn=policy.arn, roles=[role_name]
                )
            ),
            execution_role_arn=role.arn,
            subscribers=[aws.budgets.BudgetActionSubscriberArgs(address=self._topic_arn, subscription_type="SNS")],
            tags=context.tags,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[allowed]),
        )
