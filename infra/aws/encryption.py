"""The cluster's own encryption key, and encryption of every new volume by default."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from infra.aws.account import Account
from infra.aws.documents import key_policy

KEY_USERS = ("ec2", "elasticfilesystem", "fsx", "s3", "secretsmanager", "sns")
"""Services that encrypt the cluster's data with the key."""

ROTATION_DAYS = 365
DELETION_WINDOW_DAYS = 30
"""Longest that AWS offers: a deleted key takes all data with it, so there must be time to notice."""


class Encryption(pulumi.ComponentResource):
    """Customer-managed key with yearly rotation, under a policy that separates administering from reading.

    Deleting the key deletes the data. With `protect` the engine refuses to delete or replace it; without (rehearsals)
    it goes away with the stack after the waiting time. Encryption of new volumes is a setting of the account and stays
    on when the stack goes.
    Source: AWS KMS Developer Guide, "Key policies in AWS KMS" and "Rotating AWS KMS keys".
    """

    key_arn: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        account: Account,
        tags: Mapping[str, str],
        protect: bool,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("rackwright:aws:Encryption", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        key = aws.kms.Key(
            f"{name}-data",
            description=f"Data of cluster {name}",
            enable_key_rotation=True,
            rotation_period_in_days=ROTATION_DAYS,
            deletion_window_in_days=DELETION_WINDOW_DAYS,
            policy=account.render(lambda scope: key_policy(scope, services=KEY_USERS)),
            tags={**tags, "Name": f"{name}-data"},
            opts=pulumi.ResourceOptions(parent=self, protect=protect),
        )
        aws.kms.Alias(f"{name}-data", name=f"alias/{name}-data", target_key_id=key.key_id, opts=child)
        # A setting of the whole account: removing it with one stack would switch it off for all others.
        keep = pulumi.ResourceOptions(parent=self, retain_on_delete=protect)
        aws.ebs.EncryptionByDefault(f"{name}-volumes", enabled=True, opts=keep)
        self.key_arn = key.arn
        self.register_outputs({"key_arn": self.key_arn})
