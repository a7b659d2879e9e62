"""Services that look for trouble, each once in an account and region."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import pulumi
import pulumi_aws as aws

from infra.aws.context import Context
from infra.aws.storage.storage_side import of_kind, physical_name
from rackwright.design.governance import Detection

PROTECTIONS = (
    *("S3_DATA_EVENTS", "EKS_AUDIT_LOGS", "EBS_MALWARE_PROTECTION", "RUNTIME_MONITORING", "LAMBDA_NETWORK_LOGS"),
    "RDS_LOGIN_EVENTS",
)
"""Source: Amazon GuardDuty API Reference, "DetectorFeatureConfiguration", `Name`, read 2026-11-21."""

SEVERE = 7
"""Severity of a GuardDuty finding from which people are told at once (AWS's "High")."""


class ThreatDetection(pulumi.ComponentResource):
    """GuardDuty with its protections; severe findings are told.

    Source: Amazon GuardDuty User Guide, "Protection plans" and "Severity levels of GuardDuty findings".
    """

    def __init__(
        self, context: Context, *, topic_arn: pulumi.Input[str], opts: pulumi.ResourceOptions | None = None
    ) -> None:
        name = f"{context.prefix}-threats"
        super().__init__("rackwright:aws:ThreatDetection", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        detector = aws.guardduty.Detector(
            name, enable=True, finding_publishing_frequency="FIFTEEN_MINUTES", tags=context.tags, opts=child
        )
        for feature in PROTECTIONS:
            aws.guardduty.DetectorFeature(
                f"{name}-{feature.lower().replace('_', '-')}",
                detector_id=detector.id,
                name=feature,
                status="ENABLED",
                opts=child,
            )
        pattern = {
            "source": ["aws.guardduty"],
            "detail-type": ["GuardDuty Finding"],
            "detail": {"severity": [{"numeric": [">=", SEVERE]}]},
        }
        tell(context.within(self), name, pattern, topic_arn)
        self.register_outputs({})


class Findings(pulumi.ComponentResource):
    """Security Hub with the standards of the promised frameworks; critical and high findings are told.

    Source: AWS Security Hub User Guide, "Standards reference for Security Hub CSPM".
    """

    def __init__(
        self,
        context: Context,
        *,
        standards: Sequence[str],
        topic_arn: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        name = f"{context.prefix}-findings"
        super().__init__("rackwright:aws:Findings", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        hub = aws.securityhub.Account(
            name, enable_default_standards=False, control_finding_generator="SECURITY_CONTROL", opts=child
        )
        for standard in standards:
            aws.securityhub.StandardsSubscription(
                f"{name}-{standard.split('/')[1]}",
                standards_arn=_standard_arn(context, standard),
                opts=pulumi.ResourceOptions(parent=self, depends_on=[hub]),
            )
        pattern = {
            "source": ["aws.securityhub"],
            "detail-type": ["Security Hub Findings - Imported"],
            "detail": {"findings": {"Severity": {"Label": ["CRITICAL", "HIGH"]}, "Workflow": {"Status": ["NEW"]}}},
        }
        tell(context.within(self), name, pattern, topic_arn)
        self.register_outputs({})


def _standard_arn(context: Context, standard: str) -> pulumi.Output[str]:
    return context.account.render(lambda scope: scope.regional("securityhub", standard))


class Vulnerabilities(pulumi.ComponentResource):
    """Inspector for instances and images.

    Source: Amazon Inspector User Guide, "Automated scan types in Amazon Inspector".
    """

    def __init__(self, context: Context, *, opts: pulumi.ResourceOptions | None = None) -> None:
        name = f"{context.prefix}-vulnerabilities"
        super().__init__("rackwright:aws:Vulnerabilities", name, None, opts)
        aws.inspector2.Enabler(
            name,
            account_ids=[context.account.scope.apply(lambda scope: scope.account)],
            resource_types=["EC2", "ECR"],
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})


class PersonalData(pulumi.ComponentResource):
    """Macie, and a weekly job that reads the data buckets.

    Source: Amazon Macie User Guide, "Running sensitive data discovery jobs".
    """

    def __init__(
        self, context: Context, *, storages: Sequence[str], opts: pulumi.ResourceOptions | None = None
    ) -> None:
        name = f"{context.prefix}-personal-data"
        super().__init__("rackwright:aws:PersonalData", name, None, opts)
        macie = aws.macie2.Account(
            name,
            status="ENABLED",
            finding_publishing_frequency="FIFTEEN_MINUTES",
            opts=pulumi.ResourceOptions(parent=self),
        )
        read = [one for one in of_kind(context.design, "s3") if one.name in storages]
        buckets = [physical_name(context.design, storage, context.region) for storage in read]
        account = context.account.scope.apply(lambda scope: scope.account)
        aws.macie2.ClassificationJob(
            name,
            name=name,
            job_type="SCHEDULED",
            schedule_frequency=aws.macie2.ClassificationJobScheduleFrequencyArgs(weekly_schedule="MONDAY"),
            s3_job_definition=aws.macie2.ClassificationJobS3JobDefinitionArgs(
                bucket_definitions=[
                    aws.macie2.ClassificationJobS3JobDefinitionBucketDefinitionArgs(account_id=account, buckets=buckets)
                ]
            ),
            tags=context.tags,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[macie]),
        )
        self.register_outputs({})


class ExternalAccess(pulumi.ComponentResource):
    """Access Analyzer: tells what principals outside the account can reach.

    Source: IAM User Guide, "Using IAM Access Analyzer".
    """

    def __init__(self, context: Context, *, opts: pulumi.ResourceOptions | None = None) -> None:
        name = f"{context.prefix}-external-access"
        super().__init__("rackwright:aws:ExternalAccess", name, None, opts)
        aws.accessanalyzer.Analyzer(
            name, analyzer_name=name, type="ACCOUNT", tags=context.tags, opts=pulumi.ResourceOptions(parent=self)
        )
        self.register_outputs({})


def tell(context: Context, name: str, pattern: Mapping[str, object], topic_arn: pulumi.Input[str]) -> None:
    """Events that fit `pattern` go to the topic."""
    rule = aws.cloudwatch.EventRule(
        name, name=name, event_pattern=json.dumps(pattern, sort_keys=True), tags=context.tags, opts=context.child
    )
    aws.cloudwatch.EventTarget(name, rule=rule.name, target_id="alerts", arn=topic_arn, opts=context.child)


def declare_detection(
    context: Context, wanted: Detection, *, topic_arn: pulumi.Input[str], opts: pulumi.ResourceOptions
) -> None:
    """Those services that the design wants."""
    if wanted.threats:
        ThreatDetection(context, topic_arn=topic_arn, opts=opts)
    if wanted.findings:
        Findings(context, standards=wanted.standards, topic_arn=topic_arn, opts=opts)
    if wanted.vulnerabilities:
        Vulnerabilities(context, opts=opts)
    if wanted.personal_data:
        PersonalData(context, storages=wanted.personal_data, opts=opts)
    if wanted.external_access:
        ExternalAccess(context, opts=opts)
