"""Head and login nodes come back by themselves, on the same address, when their host fails."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from infra.aws.documents import partition_of

MINUTE_S = 60
FAILED_MINUTES = 2
"""Minutes in a row that a check must fail; AWS's own example. Source: as in `Recovery`."""
REBOOT_AFTER_MINUTES = 5
"""An operating system gets more time: it may only be busy (our choice)."""
CHECKS = {
    "host": ("StatusCheckFailed_System", "recover", FAILED_MINUTES),
    "system": ("StatusCheckFailed_Instance", "reboot", REBOOT_AFTER_MINUTES),
}
"""Check -> metric, what EC2 does, minutes."""


class Recovery(pulumi.ComponentResource):
    """Alarms of a node: a failed host moves it to another one, a hung system is rebooted; both are told.

    Simplified automatic recovery does the first already, where the type can; the alarm also covers what it leaves out
    and says that it happened.
    Source: Amazon EC2 User Guide, "Automatic instance recovery" and "Create alarms that stop, terminate, reboot, or
    recover an instance".
    """

    def __init__(
        self,
        name: str,
        *,
        instance_id: pulumi.Output[str],
        region: str,
        topic_arn: pulumi.Input[str] | None,
        tags: Mapping[str, str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("rackwright:aws:Recovery", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        for label, (metric, action, minutes) in CHECKS.items():
            does = f"arn:{partition_of(region)}:automate:{region}:ec2:{action}"
            aws.cloudwatch.MetricAlarm(
                f"{name}-{label}",
                name=f"{name}-{label}",
                alarm_description=f"{name}: {metric}; EC2 does: {action}",
                namespace="AWS/EC2",
                metric_name=metric,
                dimensions={"InstanceId": instance_id},
                comparison_operator="GreaterThanThreshold",
                threshold=0,
                statistic="Maximum",
                period=MINUTE_S,
                evaluation_periods=minutes,
                alarm_actions=[does, *([] if topic_arn is None else [topic_arn])],
                tags=tags,
                opts=child,
            )
        self.register_outputs({})
