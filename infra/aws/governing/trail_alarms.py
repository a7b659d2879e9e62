"""Alarms on calls that an administrator wants to hear of at once."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from infra.aws.context import Context

NAMESPACE = "Rackwright/Trail"

_NOT_A_SERVICE = '$.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent"'


def _any_of(source: str, *names: str) -> str:
    """Calls of one service by their names."""
    calls = " || ".join(f"($.eventName = {name})" for name in names)
    return f"{{ ($.eventSource = {source}.amazonaws.com) && ({calls}) }}"


PATTERNS: Mapping[str, str] = {
    "unauthorised-calls": '{ ($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*") }',
    "console-without-mfa": (
        '{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") && '
        '($.userIdentity.type = "IAMUser") && ($.responseElements.ConsoleLogin = "Success") }'
    ),
    "root-used": f'{{ $.userIdentity.type = "Root" && {_NOT_A_SERVICE} }}',
    "iam-changed": _any_of(
        *("iam", "AttachGroupPolicy", "AttachRolePolicy", "AttachUserPolicy", "CreatePolicy", "CreatePolicyVersion"),
        *("DeleteGroupPolicy", "DeletePolicy", "DeletePolicyVersion", "DeleteRolePolicy", "DeleteUserPolicy"),
        *("DetachGroupPolicy", "DetachRolePolicy", "DetachUserPolicy", "PutGroupPolicy", "PutRolePolicy"),
        "PutUserPolicy",
    ),
    "trail-changed": _any_of(
        "cloudtrail", "CreateTrail", "UpdateTrail", "DeleteTrail", "StartLogging", "StopLogging", "PutEventSelectors"
    ),
    "console-failed": '{ ($.eventName = ConsoleLogin) && ($.errorMessage = "Failed authentication") }',
    "key-disabled": _any_of("kms", "DisableKey", "ScheduleKeyDeletion", "PutKeyPolicy"),
    "bucket-policy-changed": _any_of(
        *("s3", "PutBucketAcl", "PutBucketPolicy", "PutBucketCors", "PutBucketLifecycle", "PutBucketReplication"),
        *("DeleteBucketPolicy", "DeleteBucketCors", "DeleteBucketLifecycle", "DeleteBucketReplication"),
    ),
    "config-changed": _any_of(
        "config", "StopConfigurationRecorder", "DeleteDeliveryChannel", "PutDeliveryChannel", "PutConfigurationRecorder"
    ),
    "security-group-changed": _any_of(
        *("ec2", "AuthorizeSecurityGroupIngress", "AuthorizeSecurityGroupEgress", "RevokeSecurityGroupIngress"),
        *("RevokeSecurityGroupEgress", "CreateSecurityGroup", "DeleteSecurityGroup"),
    ),
    "acl-changed": _any_of(
        *("ec2", "CreateNetworkAcl", "CreateNetworkAclEntry", "DeleteNetworkAcl", "DeleteNetworkAclEntry"),
        *("ReplaceNetworkAclEntry", "ReplaceNetworkAclAssociation"),
    ),
    "gateway-changed": _any_of(
        *("ec2", "CreateCustomerGateway", "DeleteCustomerGateway", "AttachInternetGateway", "CreateInternetGateway"),
        *("DeleteInternetGateway", "DetachInternetGateway"),
    ),
    "route-changed": _any_of(
        *("ec2", "CreateRoute", "CreateRouteTable", "ReplaceRoute", "ReplaceRouteTableAssociation"),
        *("DeleteRouteTable", "DeleteRoute", "DisassociateRouteTable"),
    ),
    "vpc-changed": _any_of(
        *("ec2", "CreateVpc", "DeleteVpc", "ModifyVpcAttribute", "AcceptVpcPeeringConnection"),
        *("CreateVpcPeeringConnection", "DeleteVpcPeeringConnection", "RejectVpcPeeringConnection"),
    ),
}
"""Name -> pattern of CloudWatch Logs on CloudTrail's events.
Source: CIS AWS Foundations Benchmark 3.0.0, 4.1 to 4.14 (4.15, Organizations, is the management account's)."""


class TrailAlarms(pulumi.ComponentResource):
    """A count and an alarm for each pattern.

    Source: CIS AWS Foundations Benchmark 3.0.0, section 4; AWS CloudTrail User Guide, "Creating CloudWatch alarms for
    CloudTrail events".
    """

    def __init__(
        self,
        context: Context,
        *,
        log_group: pulumi.Input[str],
        topic_arn: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("rackwright:aws:TrailAlarms", f"{context.prefix}-trail-alarms", None, opts)
        self._context, self._log_group, self._topic_arn = context.within(self), log_group, topic_arn
        for label, pattern in PATTERNS.items():
            self._declare(label, pattern)
        self.register_outputs({})

    def _declare(self, label: str, pattern: str) -> None:
        name = f"{self._context.prefix}-{label}"
        counted = aws.cloudwatch.LogMetricFilter(
            name,
            name=name,
            log_group_name=self._log_group,
            pattern=pattern,
            metric_transformation=aws.cloudwatch.LogMetricFilterMetricTransformationArgs(
                name=name, namespace=NAMESPACE, value="1"
            ),
            opts=self._context.child,
        )
        aws.cloudwatch.MetricAlarm(
            name,
            name=name,
            alarm_description=f"CloudTrail: {label.replace('-', ' ')}",
            namespace=NAMESPACE,
            metric_name=counted.name,
            statistic="Sum",
            period=300,
            evaluation_periods=1,
            threshold=1,
            comparison_operator="GreaterThanOrEqualToThreshold",
            treat_missing_data="notBreaching",
            alarm_actions=[self._topic_arn],
            tags=self._context.tags,
            opts=self._context.child,
        )
