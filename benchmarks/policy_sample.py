"""The same resources twice: a Pulumi state for our rules, a Terraform plan for checkov. Half of them are wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

Values = dict[str, Any]

TLS_ONLY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": "*",
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        ],
    }
)
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
    }
)
TAGS = {"rackwright:stack": "bench", "rackwright:classification": "phi"}
KEY = "arn:aws:kms:us-east-1:123456789012:key/6f3c1d7e-0000-4000-8000-000000000000"

TYPES: tuple[tuple[str, str, Values, Values], ...] = (
    ("aws_s3_bucket", "aws:s3/bucket:Bucket", {"bucket": "b", "tags": TAGS}, {"tags": {}}),
    (
        "aws_s3_bucket_versioning",
        "aws:s3/bucketVersioning:BucketVersioning",
        {"bucket": "b", "versioning_configuration": [{"status": "Enabled"}]},
        {"versioning_configuration": [{"status": "Suspended"}]},
    ),
    (
        "aws_s3_bucket_public_access_block",
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        {
            "bucket": "b",
            "block_public_acls": True,
            "block_public_policy": True,
            "ignore_public_acls": True,
            "restrict_public_buckets": True,
        },
        {"block_public_acls": False},
    ),
    (
        "aws_s3_bucket_policy",
        "aws:s3/bucketPolicy:BucketPolicy",
        {"bucket": "b", "policy": TLS_ONLY},
        {"policy": TRUST},
    ),
    (
        "aws_kms_key",
        "aws:kms/key:Key",
        {"description": "data", "enable_key_rotation": True, "is_enabled": True, "tags": TAGS},
        {"enable_key_rotation": False},
    ),
    (
        "aws_instance",
        "aws:ec2/instance:Instance",
        {
            "ami": "ami-1",
            "instance_type": "m7i.4xlarge",
            "monitoring": True,
            "ebs_optimized": True,
            "iam_instance_profile": "node",
            "metadata_options": [
                {"http_tokens": "required", "http_endpoint": "enabled", "http_put_response_hop_limit": 1}
            ],
            "root_block_device": [{"encrypted": True, "kms_key_id": KEY, "volume_type": "gp3"}],
            "tags": TAGS,
        },
        {"metadata_options": [{"http_tokens": "optional", "http_endpoint": "enabled"}]},
    ),
    (
        "aws_vpc_security_group_ingress_rule",
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        {
            "security_group_id": "sg-1",
            "ip_protocol": "tcp",
            "from_port": 22,
            "to_port": 22,
            "cidr_ipv4": "10.0.0.0/8",
            "description": "ssh from inside",
        },
        {"cidr_ipv4": "0.0.0.0/0"},
    ),
    (
        "aws_cloudwatch_log_group",
        "aws:cloudwatch/logGroup:LogGroup",
        {"name": "logs", "retention_in_days": 400, "kms_key_id": KEY, "tags": TAGS},
        {"retention_in_days": 7},
    ),
    (
        "aws_efs_file_system",
        "aws:efs/fileSystem:FileSystem",
        {"encrypted": True, "kms_key_id": KEY, "tags": TAGS},
        {"encrypted": False},
    ),
    ("aws_iam_role", "aws:iam/role:Role", {"name": "r", "assume_role_policy": TRUST, "tags": TAGS}, {"tags": {}}),
)
"""Terraform type, Pulumi type, right values, and what is different in a wrong one."""


def _things(count: int) -> Iterator[tuple[str, str, str, Values]]:
    for index in range(count):
        terraform, pulumi, right, wrong = TYPES[index % len(TYPES)]
        half = (index // len(TYPES)) % 2
        values = {**right, **(wrong if half else {})}
        bucket = {"bucket": f"bucket-{index // len(TYPES)}"} if "bucket" in values else {}
        yield terraform, pulumi, f"thing-{index}", {**values, **bucket}


def terraform_plan(count: int) -> dict[str, Any]:
    """A plan in Terraform's JSON form (format 1.2) that creates `count` resources."""
    planned, changes, configured = [], [], []
    for kind, _, name, values in _things(count):
        head = {"address": f"{kind}.{name}", "mode": "managed", "type": kind, "name": name}
        provider = "registry.terraform.io/hashicorp/aws"
        planned.append({**head, "provider_name": provider, "schema_version": 0, "values": values})
        change = {"actions": ["create"], "before": None, "after": values, "after_unknown": {}}
        changes.append({**head, "provider_name": provider, "change": change})
        configured.append({**head, "provider_config_key": "aws", "expressions": {}, "schema_version": 0})
    return {
        "format_version": "1.2",
        "terraform_version": "1.9.8",
        "planned_values": {"root_module": {"resources": planned}},
        "resource_changes": changes,
        "configuration": {"root_module": {"resources": configured}},
    }


def pulumi_state(count: int) -> dict[str, Any]:
    """A deployment (version 3) that holds the same `count` resources."""
    return {"version": 3, "deployment": {"resources": [_entry(*thing[1:]) for thing in _things(count)]}}


def _entry(kind: str, name: str, values: Values) -> dict[str, Any]:
    properties = {_camel(key): _unwrapped(key, value) for key, value in values.items()}
    urn = f"urn:pulumi:bench::rackwright::{kind}::{name}"
    return {"urn": urn, "custom": True, "id": name, "type": kind, "inputs": properties, "outputs": properties}


def _unwrapped(key: str, value: Any) -> Any:
    """Terraform's blocks are lists; Pulumi has an object where there can be only one."""
    if key == "tags" or not isinstance(value, list | dict):
        return value
    inner = value[0] if isinstance(value, list) else value
    return {_camel(name): _unwrapped(name, item) for name, item in inner.items()}


def _camel(name: str) -> str:
    return re.sub(r"_(\w)", lambda found: found.group(1).upper(), name)
