"""The permissions that a survey needs, as an IAM policy: the operations it calls and not one more."""

from __future__ import annotations

import csv
import json
from pathlib import Path

DATA = Path(__file__).with_name("operations.csv")


def _read() -> tuple[tuple[str, str], ...]:
    with DATA.open(newline="", encoding="utf-8") as file:
        return tuple((row["service"], row["operation"]) for row in csv.DictReader(file))


OPERATIONS: tuple[tuple[str, str], ...] = _read()
"""(service, operation) in botocore's words; a test compares them with what a survey really calls."""

PREFIXES = {"efs": "elasticfilesystem", "accessanalyzer": "access-analyzer", "sso-admin": "sso", "amp": "aps"}
"""IAM's prefix where it is not botocore's name of the service. Source: https://docs.aws.amazon.com/service-authorization/
latest/reference/reference_policies_actions-resources-contextkeys.html, read 2026-11-21."""

ACTIONS = {
    "s3:HeadBucket": "s3:ListBucket",
    "s3:ListBuckets": "s3:ListAllMyBuckets",
    "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "s3:GetBucketReplication": "s3:GetReplicationConfiguration",
    "s3:GetObjectLockConfiguration": "s3:GetBucketObjectLockConfiguration",
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "budgets:DescribeBudget": "budgets:ViewBudget",
    "budgets:DescribeBudgets": "budgets:ViewBudget",
    "budgets:DescribeNotificationsForBudget": "budgets:ViewBudget",
    "budgets:DescribeSubscribersForNotification": "budgets:ViewBudget",
}
"""IAM's action where it is not the operation's name; same source."""

FREE = frozenset({"sts:GetCallerIdentity"})
"""Operations that need no permission."""


def iam_policy() -> str:
    """The policy document as JSON text, actions sorted."""
    called = (f"{PREFIXES.get(service, service)}:{operation}" for service, operation in OPERATIONS)
    actions = sorted({ACTIONS.get(action, action) for action in called} - FREE)
    statement = {"Sid": "ReadConfigurationOnly", "Effect": "Allow", "Action": actions, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=2) + "\n"
