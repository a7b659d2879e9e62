"""Key policies, one for each class of data: pure functions beside those of `documents`.

Administrators of a key cannot read data with it, and data is read only through the services that the class names.
Sources: AWS KMS Developer Guide, "kms:ViaService" and "kms:EncryptionContext:context-key"; the encryption chapters of
CloudWatch Logs, CloudTrail, Config, SNS and Secrets Manager (docs.aws.amazon.com, read 2026-11-21).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from pydantic import JsonValue

from infra.aws.documents import Scope, Statement, as_text
from rackwright.design.governance import DataKey

ADMINISTRATION: tuple[str, ...] = (
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:DescribeKey",
    "kms:DisableKey",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListAliases",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:RevokeGrant",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateAlias",
    "kms:UpdateKeyDescription",
)
"""What account administrators may do with a key; none of it reads data."""

USE: tuple[str, ...] = (
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
)

WRAP: tuple[str, ...] = ("kms:Decrypt", "kms:GenerateDataKeyWithoutPlaintext")
"""What wraps a key that is made for a drive, and unwraps it."""

Condition = dict[str, JsonValue]


def key_policy(scope: Scope, key: DataKey, cluster: str) -> str:
    """Policy of `key` of `cluster`.

    Anybody of this account may use the key through its services, as with AWS's own keys: the service-linked role of
    Auto Scaling has no rights on keys of its own. The key of the secrets opens those of this cluster alone. Grants may
    only be made for AWS resources: that is how an encrypted volume is attached.
    """
    statements = [_statement("Administer", {"AWS": scope.root}, ADMINISTRATION, None)]
    if key.services:
        statements += _through_services(scope, key, cluster)
    if key.of_nodes:
        statements.append(_wrap_keys(scope, cluster))
    return as_text(statements + [WRITERS[writer](scope) for writer in key.writers])


def _through_services(scope: Scope, key: DataKey, cluster: str) -> list[Statement]:
    via: list[JsonValue] = [f"{service}.{scope.region}.amazonaws.com" for service in sorted(key.services)]
    through: JsonValue = {"kms:CallerAccount": scope.account, "kms:ViaService": via}
    condition: Condition = {"StringEquals": through}
    if key.name == "secrets":
        secrets = scope.arn("secretsmanager", f"secret:{cluster}/*")
        bound: Condition = {**condition, "ArnLike": {"kms:EncryptionContext:SecretARN": secrets}}
        return [
            _statement("UseForOwnSecrets", {"AWS": "*"}, ("kms:Decrypt", "kms:GenerateDataKey"), bound),
            _statement("DescribeThroughServices", {"AWS": "*"}, ("kms:DescribeKey",), condition),
        ]
    granted: Condition = {"Bool": {"kms:GrantIsForAWSResource": "true"}, **condition}
    return [
        _statement("UseThroughServices", {"AWS": "*"}, USE, condition),
        _statement("AttachEncryptedResources", {"AWS": "*"}, ("kms:CreateGrant",), granted),
    ]


def _wrap_keys(scope: Scope, cluster: str) -> Statement:
    """Nodes of this cluster make keys that KMS wraps, and have them unwrapped; nobody else, and not in the clear."""
    role = f"arn:{scope.partition}:iam::{scope.account}:role/{cluster}-node"
    condition: Condition = {
        "StringEquals": {"kms:CallerAccount": scope.account},
        "ArnEquals": {"aws:PrincipalArn": role},
    }
    return _statement("WrapKeysOfNodes", {"AWS": "*"}, WRAP, condition)


def _logs(scope: Scope) -> Statement:
    """Log groups of this account."""
    condition: Condition = {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": scope.arn("logs", "log-group:*")}}
    return _statement("EncryptLogs", {"Service": f"logs.{scope.region}.amazonaws.com"}, USE, condition)


def _cloudtrail(scope: Scope) -> Statement:
    """Trails of this account."""
    trails = f"arn:{scope.partition}:cloudtrail:*:{scope.account}:trail/*"
    condition: Condition = {"StringLike": {"kms:EncryptionContext:aws:cloudtrail:arn": trails}}
    actions = ("kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey")
    return _statement("EncryptTrail", {"Service": "cloudtrail.amazonaws.com"}, actions, condition)


def _by_account(sid: str, services: Sequence[str], actions: Sequence[str]) -> Callable[[Scope], Statement]:
    """A writer that acts for this account alone."""

    def statement(scope: Scope) -> Statement:
        names: list[JsonValue] = [f"{service}.amazonaws.com" for service in services]
        condition: Condition = {"StringEquals": {"aws:SourceAccount": scope.account}}
        return _statement(sid, {"Service": names if len(names) > 1 else names[0]}, actions, condition)

    return statement


_SEAL = ("kms:Decrypt", "kms:GenerateDataKey")

WRITERS: Mapping[str, Callable[[Scope], Statement]] = {
    "logs": _logs,
    "cloudtrail": _cloudtrail,
    "config": _by_account("EncryptConfiguration", ["config"], _SEAL),
    "flow-logs": _by_account("DeliverFlowLogs", ["delivery.logs"], USE),
    "alarms": _by_account("NotifyThroughTopics", ["budgets", "cloudwatch", "events"], _SEAL),
}
"""What a service that writes by itself may do with the key."""


def _statement(sid: str, principal: JsonValue, actions: Sequence[str], condition: Condition | None) -> Statement:
    # In a key policy the only resource is the key itself, and it is written "*".
    statement: Statement = {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": principal,
        "Action": list(actions),
        "Resource": "*",
    }
    return {**statement, "Condition": condition} if condition else statement


def wrap_policy(scope: Scope, alias: str) -> str:
    """What nodes may do with the key called `alias`, and with no other.

    Source: AWS KMS Developer Guide, "kms:ResourceAliases", read 2026-11-21.
    """
    return as_text(
        [
            {
                "Effect": "Allow",
                "Action": list(WRAP),
                "Resource": scope.arn("kms", "key/*"),
                "Condition": {"ForAnyValue:StringEquals": {"kms:ResourceAliases": alias}},
            }
        ]
    )
