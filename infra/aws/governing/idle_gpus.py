"""GPUs that nobody uses cost as much as those that work."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from infra.aws.context import Context
from rackwright.design.governance import IdleWatch
from rackwright.design.idle import METRIC, NAMESPACE, PERIOD_S


class IdleGpus(pulumi.ComponentResource):
    """Alarm of a pool in which not one GPU worked for the whole time; where wanted, one node goes each time.

    Role gpu_metrics reports every GPU. The busiest one of the pool is watched, so that no node with a job is taken; a
    pool without nodes reports nothing and raises nothing. The group's least size is never undercut.
    Source: Amazon EC2 Auto Scaling User Guide, "Step and simple scaling policies".
    """

    def __init__(
        self,
        context: Context,
        *,
        watch: IdleWatch,
        group: pulumi.Input[str],
        topic_arn: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        name = f"{context.prefix}-{watch.pool}-idle"
        super().__init__("rackwright:aws:IdleGpus", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        actions: list[pulumi.Input[str]] = [topic_arn]
        if watch.scale_down:
            policy = aws.autoscaling.Policy(
                name,
                name=name,
                autoscaling_group_name=group,
                adjustment_type="ChangeInCapacity",
                scaling_adjustment=-1,
                cooldown=PERIOD_S,
                opts=child,
            )
            actions.append(policy.arn)
        aws.cloudwatch.MetricAlarm(
            name,
            name=name,
            alarm_description=f"No GPU of pool {watch.pool} worked for {watch.minutes} minutes",
            namespace=NAMESPACE,
            metric_name=METRIC,
            dimensions={"Cluster": context.design.name, "Pool": watch.pool},
            statistic="Maximum",
            period=PERIOD_S,
            evaluation_periods=max(1, watch.minutes * 60 // PERIOD_S),
            threshold=watch.percent,
            comparison_operator="LessThanThreshold",
            treat_missing_data="notBreaching",
            alarm_actions=actions,
            tags=context.tags,
            opts=child,
        )
        self.register_outputs({})
