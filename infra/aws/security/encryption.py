"""The cluster's own encryption keys, one for each class of data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_aws as aws

from infra.aws.account import Account
from infra.aws.security.key_documents import key_policy
from rackwright.design.governance import DataKey, KeyClass
from rackwright.design.keys import key_alias

DELETION_WINDOW_DAYS = 30
"""Longest that AWS offers: a deleted key takes all data with it, so there must be time to notice."""


class Encryption(pulumi.ComponentResource):
    """Customer-managed keys with rotation, each under a policy that separates administering from reading.

    Deleting a key deletes the data. With `protect` the engine refuses to delete or replace one; without (rehearsals)
    they go away with the stack after the waiting time.
    Source: AWS KMS Developer Guide, "Key policies in AWS KMS" and "Rotating AWS KMS keys".
    """

    arns: dict[KeyClass, pulumi.Output[str]]
    """By what the key encrypts."""

    def __init__(
        self,
        name: str,
        *,
        account: Account,
        keys: Sequence[DataKey],
        tags: Mapping[str, str],
        protect: bool,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("rackwright:aws:Encryption", name, None, opts)
        self._prefix, self._account, self._tags, self._protect = name, account, tags, protect
        self.arns = {key.name: self._declare(key) for key in keys}
        self.register_outputs({"arns": self.arns})

    def _declare(self, wanted: DataKey) -> pulumi.Output[str]:
        name = f"{self._prefix}-{wanted.name}"
        key = aws.kms.Key(
            name,
            description=f"{wanted.purpose} of cluster {self._prefix}",
            enable_key_rotation=True,
            rotation_period_in_days=wanted.rotation_days,
            deletion_window_in_days=DELETION_WINDOW_DAYS,
            policy=self._account.render(lambda scope: key_policy(scope, wanted, self._prefix)),
            tags={**self._tags, "Name": name, "rackwright:holds": wanted.name},
            opts=pulumi.ResourceOptions(parent=self, protect=self._protect),
        )
        child = pulumi.ResourceOptions(parent=self)
        aws.kms.Alias(name, name=key_alias(self._prefix, wanted.name), target_key_id=key.key_id, opts=child)
        return key.arn
