"""A record of who talked to whom."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pulumi
import pulumi_aws as aws
from pydantic import JsonValue

from infra.aws.account import Account
from infra.aws.bucket import SecureBucket, bucket_name
from infra.aws.context import Context
from infra.aws.documents import Scope, Statement, as_text, bucket_arn, bucket_policy


class TrafficRecord(pulumi.ComponentResource):
    """Flow logs of the whole VPC, accepted and rejected traffic, every minute, in an encrypted bucket.

    With `protect` the engine refuses to delete the bucket.
    Source: AWS VPC User Guide, "Publish flow logs to Amazon S3".
    """

    bucket: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        account: Account,
        vpc_id: pulumi.Input[str],
        physical_name: str,
        key_arn: pulumi.Input[str],
        retention_days: int,
        tags: Mapping[str, str],
        protect: bool,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("rackwright:aws:TrafficRecord", name, None, opts)
        files = SecureBucket(
            f"{name}-files",
            physical_name=physical_name,
            key_arn=key_arn,
            retention_days=retention_days,
            policy=account.render(lambda scope: delivery_policy(scope, physical_name)),
            tags=tags,
            protect=protect,
            opts=pulumi.ResourceOptions(parent=self),
        )
        aws.ec2.FlowLog(
            name,
            vpc_id=vpc_id,
            traffic_type="ALL",
            log_destination_type="s3",
            log_destination=pulumi.Output.all(files.arn, files.ready_bucket).apply(lambda both: str(both[0])),
            max_aggregation_interval=60,
            destination_options=aws.ec2.FlowLogDestinationOptionsArgs(
                file_format="parquet", hive_compatible_partitions=True, per_hour_partition=True
            ),
            tags={**tags, "Name": name},
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.bucket = files.bucket
        self.register_outputs({"bucket": self.bucket})


def traffic_bucket(context: Context) -> str:
    """Name of the bucket with the flow logs, known before the apply."""
    return bucket_name(context.prefix, "traffic", context.region)


def traffic_bucket_arns(context: Context) -> list[str]:
    """ARN of the bucket with the flow logs, where there is one: who reads them is on record too."""
    wanted = context.design.network.flow_logs
    return [bucket_arn(traffic_bucket(context), context.region)] if wanted else []


def delivery_policy(scope: Scope, bucket: str) -> str:
    """Policy of a bucket that AWS's log delivery (and nobody without TLS) may write into, for this account only.

    Source: AWS VPC User Guide, "Amazon S3 bucket permissions for flow logs".
    """
    arn = bucket_arn(bucket, scope.region)
    deliverer: JsonValue = {"Service": "delivery.logs.amazonaws.com"}
    ours: dict[str, JsonValue] = {
        "StringEquals": {"aws:SourceAccount": scope.account},
        "ArnLike": {"aws:SourceArn": scope.arn("logs", "*")},
    }
    owner: JsonValue = {**_equals(ours), "s3:x-amz-acl": "bucket-owner-full-control"}
    looks: Statement = {"Sid": "DeliveryChecks", "Action": ["s3:GetBucketAcl", "s3:ListBucket"], "Resource": arn}
    writes: Statement = {"Sid": "DeliveryWrites", "Action": "s3:PutObject", "Resource": f"{arn}/*"}
    added: list[Statement] = [
        {**looks, "Effect": "Allow", "Principal": deliverer, "Condition": ours},
        {**writes, "Effect": "Allow", "Principal": deliverer, "Condition": {**ours, "StringEquals": owner}},
    ]
    return as_text([*json.loads(bucket_policy(arn))["Statement"], *added])


def _equals(condition: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    found = condition["StringEquals"]
    return dict(found) if isinstance(found, dict) else {}
