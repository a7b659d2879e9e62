"""IAM policy documents as plain values: pure functions, so that each can be read and tested by itself.

Every action is named; ``*`` stands as a resource only where AWS defines no resource for the action
(Service Authorization Reference, "Actions, resources, and condition keys for AWS services", read 2026-11).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from rackwright.design.idle import NAMESPACE

Statement = dict[str, JsonValue]

SESSION_MANAGER: tuple[str, ...] = (
    "ec2messages:AcknowledgeMessage",
    "ec2messages:DeleteMessage",
    "ec2messages:FailMessage",
    "ec2messages:GetEndpoint",
    "ec2messages:GetMessages",
    "ec2messages:SendReply",
    "ssm:UpdateInstanceInformation",
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
)
"""Session Manager's core actions: AWS Systems Manager User Guide, "Verify or create an IAM role"."""


PARTITIONS = {"us-gov-": "aws-us-gov", "cn-": "aws-cn"}
"""Beginning of a region -> partition; all other public regions are in ``aws``. AWS General Reference, "ARN format"."""


def partition_of(region: str) -> str:
    """Partition that ARNs of `region` name. Known without asking, so that policies can be judged in a preview."""
    return next((partition for prefix, partition in PARTITIONS.items() if region.startswith(prefix)), "aws")


def bucket_arn(bucket: str, region: str) -> str:
    """ARN of a bucket; bucket names are the same in all accounts of a partition."""
    return f"arn:{partition_of(region)}:s3:::{bucket}"


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a policy holds."""

    partition: str
    """``aws``, ``aws-us-gov`` or ``aws-cn``."""
    account: str
    region: str

    def arn(self, service: str, resource: str) -> str:
        """ARN of a regional resource of this account."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"

    def regional(self, service: str, resource: str) -> str:
        """ARN of something that AWS itself has in the region."""
        return f"arn:{self.partition}:{service}:{self.region}::{resource}"

    @property
    def root(self) -> str:
        """The account itself as a principal: whoever its IAM policies allow."""
        return f"arn:{self.partition}:iam::{self.account}:root"


def as_text(statements: Sequence[Statement]) -> str:
    """The policy document, byte for byte the same for the same statements."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, sort_keys=True)


def trust(service: str, *, account: str | None = None) -> str:
    """Trust policy that lets one AWS service take the role, with `account` only for resources of that account.

    EC2 takes roles of its own account only and sends no source account; other services act for many customers.
    Source: AWS IAM User Guide, "The confused deputy problem".
    """
    statement: Statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": service}}
    if account is not None:
        statement["Condition"] = {"StringEquals": {"aws:SourceAccount": account}}
    return as_text([statement])


def session_manager_policy() -> str:
    """What the agent of Session Manager needs; these actions know no resource."""
    return as_text([{"Effect": "Allow", "Action": list(SESSION_MANAGER), "Resource": "*"}])


def bucket_use_policy(bucket_arns: Sequence[str], *, write: bool = True) -> str:
    """Read (and, with `write`, write) objects of the named buckets, and nothing of any other."""
    actions = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
    return as_text(
        [
            {"Effect": "Allow", "Action": ["s3:GetBucketLocation", "s3:ListBucket"], "Resource": list(bucket_arns)},
            {
                "Effect": "Allow",
                "Action": list(actions) if write else ["s3:GetObject"],
                "Resource": [f"{arn}/*" for arn in bucket_arns],
            },
        ]
    )


def bundle_policy(bucket_arn: str) -> str:
    """Read the bundles of the cluster, write the reports of its nodes, and nothing else in their bucket."""
    return as_text(
        [
            {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"{bucket_arn}/bundles/*"},
            {"Effect": "Allow", "Action": "s3:PutObject", "Resource": f"{bucket_arn}/reports/*"},
        ]
    )


def image_pull_policy(scope: Scope, cluster: str) -> str:
    """Pull images of the cluster's repositories, and let its caches fetch what they lack.

    Source: Amazon ECR User Guide, "IAM permissions required to sync an upstream registry".
    """
    pull: list[JsonValue] = [
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:BatchImportUpstreamImage",
        "ecr:CreateRepository",
        "ecr:GetDownloadUrlForLayer",
    ]
    return as_text(
        [
            {"Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*"},
            {"Effect": "Allow", "Action": pull, "Resource": scope.arn("ecr", f"repository/{cluster}/*")},
        ]
    )


def telemetry_policy(scope: Scope, cluster: str) -> str:
    """Send metrics into one namespace, and logs into the cluster's own groups.

    Source: Amazon CloudWatch User Guide, "Using condition keys to limit access to CloudWatch namespaces".
    """
    logs: list[JsonValue] = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
    return as_text(
        [
            {
                "Effect": "Allow",
                "Action": "cloudwatch:PutMetricData",
                "Resource": "*",
                "Condition": {"StringEquals": {"cloudwatch:namespace": NAMESPACE}},
            },
            {"Effect": "Allow", "Action": logs, "Resource": scope.arn("logs", f"log-group:/rackwright/{cluster}*")},
        ]
    )


def secret_read_policy(scope: Scope, prefix: str) -> str:
    """Read the secrets whose names start with ``<prefix>/``."""
    return as_text(
        [
            {
                "Effect": "Allow",
                "Action": ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
                "Resource": scope.arn("secretsmanager", f"secret:{prefix}/*"),
            }
        ]
    )


def secret_policy(reader_arn: str) -> str:
    """Resource policy of a secret: only the named role reads its value, and nobody in the clear.

    Who may put a value in is said by IAM policies.
    Source: AWS Secrets Manager User Guide, "Resource-based policies".
    """
    return as_text(
        [
            {
                "Sid": "OnlyNodesRead",
                "Effect": "Deny",
                "Principal": {"AWS": "*"},
                "Action": "secretsmanager:GetSecretValue",
                "Resource": "*",
                "Condition": {"ArnNotEquals": {"aws:PrincipalArn": reader_arn}},
            }
        ]
    )


def log_writer_policy(log_group_arn: str) -> str:
    """Write streams of one log group, for VPC flow logs and CloudTrail."""
    return as_text(
        [
            {
                "Effect": "Allow",
                "Action": ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
                "Resource": [log_group_arn, f"{log_group_arn}:*"],
            }
        ]
    )


def bucket_policy(
    bucket_arn: str, *, trail_arn: str | None = None, account: str | None = None, organisation: bool = False
) -> str:
    """Refuse every request without TLS; with `trail_arn`, let that trail (and no other) write its logs.

    It writes those of `account`, or those of every account of the organisation.
    """
    statements = [_tls_only(bucket_arn)]
    if trail_arn is not None:
        statements += _trail_statements(bucket_arn, trail_arn, "*" if organisation else f"{account or ''}/*")
    return as_text(statements)


def _tls_only(bucket_arn: str) -> Statement:
    return {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [bucket_arn, f"{bucket_arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def _trail_statements(bucket_arn: str, trail_arn: str, files: str) -> list[Statement]:
    """Source: AWS CloudTrail User Guide, "Amazon S3 bucket policy for CloudTrail" (also for an organisation trail)."""
    trail: JsonValue = {"Service": "cloudtrail.amazonaws.com"}
    return [
        {
            "Sid": "TrailChecksBucket",
            "Effect": "Allow",
            "Principal": trail,
            "Action": "s3:GetBucketAcl",
            "Resource": bucket_arn,
            "Condition": {"StringEquals": {"aws:SourceArn": trail_arn}},
        },
        {
            "Sid": "TrailWrites",
            "Effect": "Allow",
            "Principal": trail,
            "Action": "s3:PutObject",
            "Resource": f"{bucket_arn}/AWSLogs/{files}",
            "Condition": {
                "StringEquals": {"aws:SourceArn": trail_arn, "s3:x-amz-acl": "bucket-owner-full-control"},
            },
        },
    ]


def access_log_policy(bucket_arn: str, account: str) -> str:
    """As any bucket's, and S3's log delivery writes for buckets of this account.

    Source: Amazon S3 User Guide, "Permissions for log delivery".
    """
    delivers: Statement = {
        "Sid": "S3DeliversAccessLogs",
        "Effect": "Allow",
        "Principal": {"Service": "logging.s3.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"{bucket_arn}/*",
        "Condition": {"StringEquals": {"aws:SourceAccount": account}},
    }
    return as_text([_tls_only(bucket_arn), delivers])


def config_bucket_policy(bucket_arn: str, account: str) -> str:
    """As any bucket's, and AWS Config of this account looks and delivers.

    Source: AWS Config Developer Guide, "Permissions for the Amazon S3 bucket for the AWS Config delivery channel".
    """
    config: JsonValue = {"Service": "config.amazonaws.com"}
    mine: JsonValue = {"StringEquals": {"aws:SourceAccount": account}}
    checks: Statement = {
        "Sid": "ConfigChecksBucket",
        "Effect": "Allow",
        "Principal": config,
        "Action": ["s3:GetBucketAcl", "s3:ListBucket"],
        "Resource": bucket_arn,
        "Condition": mine,
    }
    writes: Statement = {
        "Sid": "ConfigDelivers",
        "Effect": "Allow",
        "Principal": config,
        "Action": "s3:PutObject",
        "Resource": f"{bucket_arn}/AWSLogs/{account}/Config/*",
        "Condition": {
            "StringEquals": {"aws:SourceAccount": account, "s3:x-amz-acl": "bucket-owner-full-control"},
        },
    }
    return as_text([_tls_only(bucket_arn), checks, writes])


def config_writer_policy(scope: Scope, bucket_arn: str, key_arn: str) -> str:
    """What AWS Config's role needs beside reading: its bucket and the key of the records."""
    return as_text(
        [
            {"Effect": "Allow", "Action": "s3:GetBucketAcl", "Resource": bucket_arn},
            {
                "Effect": "Allow",
                "Action": "s3:PutObject",
                "Resource": f"{bucket_arn}/AWSLogs/{scope.account}/*",
                "Condition": {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}},
            },
            {"Effect": "Allow", "Action": ["kms:Decrypt", "kms:GenerateDataKey"], "Resource": key_arn},
        ]
    )


def file_system_policy(file_system_arn: str) -> str:
    """Clients mount, write and act as root over TLS through a mount target; anything else is refused.

    Source: Amazon EFS User Guide, "Using IAM to control file system data access".
    """
    return as_text(
        [
            {
                "Sid": "TlsOnly",
                "Effect": "Deny",
                "Principal": {"AWS": "*"},
                "Action": [
                    "elasticfilesystem:ClientMount",
                    "elasticfilesystem:ClientRootAccess",
                    "elasticfilesystem:ClientWrite",
                ],
                "Resource": file_system_arn,
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            },
            {
                "Sid": "ThroughMountTargets",
                "Effect": "Allow",
                "Principal": {"AWS": "*"},
                "Action": [
                    "elasticfilesystem:ClientMount",
                    "elasticfilesystem:ClientRootAccess",
                    "elasticfilesystem:ClientWrite",
                ],
                "Resource": file_system_arn,
                "Condition": {"Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"}},
            },
        ]
    )


def topic_policy(topic_arn: str, account: str) -> str:
    """Let the budget, the alarms and the events of this account publish."""
    return as_text(
        [
            {
                "Effect": "Allow",
                "Principal": {"Service": [f"{one}.amazonaws.com" for one in ("budgets", "cloudwatch", "events")]},
                "Action": "sns:Publish",
                "Resource": topic_arn,
                "Condition": {"StringEquals": {"aws:SourceAccount": account}},
            }
        ]
    )
