from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.aws import documents
from infra.aws.bucket import bucket_name
from infra.aws.documents import Scope
from infra.aws.governing.cost_documents import action_policy, stop_elastic_policy
from infra.aws.governing.people_documents import people_policy, require_mfa_policy
from infra.aws.security.audit_trail import LOG_RETENTION_DAYS, log_retention
from infra.aws.security.key_documents import WRITERS, key_policy, wrap_policy
from rackwright.design.governance import DataKey

SCOPE = Scope("aws", "123456789012", "us-east-1")
KEYS = (
    DataKey(name="data", purpose="d", services=("ec2", "s3")),
    DataKey(name="logs", purpose="l", services=("s3",), writers=tuple(sorted(set(WRITERS)))),
    DataKey(name="secrets", purpose="s", services=("secretsmanager",)),
    DataKey(name="scratch", purpose="d", of_nodes=True),
)
READS_DATA = {"kms:Decrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:GenerateDataKeyWithoutPlaintext"}


def statements(text: str) -> list[dict[str, Any]]:
    return json.loads(text)["Statement"]


def every_document() -> Iterator[tuple[str, str]]:
    arn = "arn:aws:s3:::data"
    for key in KEYS:
        yield f"key of {key.name}", key_policy(SCOPE, key, "train")
    yield "local keys", wrap_policy(SCOPE, "alias/train-scratch")
    yield "session manager", documents.session_manager_policy()
    yield "buckets", documents.bucket_use_policy([arn])
    yield "secrets", documents.secret_read_policy(SCOPE, "train")
    yield "logs", documents.log_writer_policy("arn:aws:logs:us-east-1:1:log-group:x")
    yield "bucket", documents.bucket_policy(arn, trail_arn="arn:trail", account="1")
    yield "files", documents.file_system_policy("arn:aws:elasticfilesystem:us-east-1:1:file-system/fs-1")
    yield "topic", documents.topic_policy("arn:aws:sns:us-east-1:1:t", "1")
    yield "access logs", documents.access_log_policy(arn, "1")
    yield "config bucket", documents.config_bucket_policy(arn, "1")
    yield "config role", documents.config_writer_policy(SCOPE, arn, "arn:aws:kms:us-east-1:1:key/k")
    yield "secret", documents.secret_policy("arn:aws:iam::1:role/train-node")
    yield "budget action", action_policy(SCOPE, "train-node", "train-stop-elastic")
    yield "no larger pools", stop_elastic_policy(SCOPE, ["train-infer"])
    yield "second factor", require_mfa_policy()
    for kind in ("administrators", "operators", "users"):
        yield f"people: {kind}", people_policy(SCOPE, "train", kind)


@pytest.mark.parametrize(("name", "text"), [*every_document()])
def test_allowing_statements_name_every_action(name, text) -> None:
    for statement in statements(text):
        if statement["Effect"] == "Allow":
            actions = statement["Action"]
            assert not any("*" in action for action in ([actions] if isinstance(actions, str) else actions)), name


@pytest.mark.parametrize(("name", "text"), [*every_document()])
def test_a_statement_open_to_everybody_or_a_service_has_a_condition(name, text) -> None:
    for statement in statements(text):
        principal = statement.get("Principal")
        if statement["Effect"] == "Allow" and (principal == {"AWS": "*"} or (principal and "Service" in principal)):
            assert statement["Condition"], name


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.name)
def test_administrators_of_a_key_cannot_read_data_with_it_directly(key) -> None:
    for statement in statements(key_policy(SCOPE, key, "train")):
        if READS_DATA & set(statement["Action"]) and "AWS" in statement["Principal"]:
            condition = statement["Condition"]
            assert "kms:ViaService" in condition["StringEquals"] or "aws:PrincipalArn" in condition["ArnEquals"]


def test_grants_on_the_key_are_for_aws_resources_only() -> None:
    (grant,) = [each for each in statements(key_policy(SCOPE, KEYS[0], "x")) if "kms:CreateGrant" in each["Action"]]
    assert grant["Condition"]["Bool"] == {"kms:GrantIsForAWSResource": "true"}
    assert "ec2.us-east-1.amazonaws.com" in grant["Condition"]["StringEquals"]["kms:ViaService"]


def test_the_key_of_the_secrets_opens_those_of_its_own_cluster_only() -> None:
    (use,) = [each for each in statements(key_policy(SCOPE, KEYS[2], "train")) if "kms:Decrypt" in each["Action"]]
    bound = use["Condition"]["ArnLike"]["kms:EncryptionContext:SecretARN"]
    assert bound == "arn:aws:secretsmanager:us-east-1:123456789012:secret:train/*"


def test_no_key_admits_a_service_that_its_class_does_not_name() -> None:
    text = key_policy(SCOPE, KEYS[0], "train")
    assert "cloudtrail" not in text
    assert "secretsmanager" not in text


def test_only_the_named_trail_may_write_into_the_bucket_of_log_files() -> None:
    text = documents.bucket_policy("arn:aws:s3:::t", trail_arn="arn:trail", account="1")
    allowed = [each for each in statements(text) if each["Effect"] == "Allow"]
    assert len(allowed) == 2
    assert all(each["Condition"]["StringEquals"]["aws:SourceArn"] == "arn:trail" for each in allowed)


@pytest.mark.parametrize(
    ("region", "partition"), [("us-east-1", "aws"), ("us-gov-west-1", "aws-us-gov"), ("cn-north-1", "aws-cn")]
)
def test_partition_follows_from_the_region(region, partition) -> None:
    assert documents.partition_of(region) == partition
    assert documents.bucket_arn("b", region) == f"arn:{partition}:s3:::b"


@given(st.integers(1, 5000))
def test_logs_are_kept_at_least_as_long_as_asked_in_steps_that_cloudwatch_takes(days) -> None:
    kept = log_retention(days)
    assert kept == 0 or (kept >= days and kept in LOG_RETENTION_DAYS)
    assert (kept == 0) == (days > max(LOG_RETENTION_DAYS))


NAMES = st.from_regex(r"[a-z][a-z0-9-]{0,60}[a-z0-9]", fullmatch=True)


@given(NAMES, NAMES, st.sampled_from(["us-east-1", "eu-west-1"]))
def test_bucket_names_are_legal_stable_and_differ_between_clusters(cluster, purpose, region) -> None:
    name = bucket_name(cluster, purpose, region)
    assert 3 <= len(name) <= 63
    assert name == bucket_name(cluster, purpose, region)
    assert name != bucket_name(cluster + "x", purpose, region)
    assert name[-1].isalnum()


def test_people_without_a_second_factor_can_only_set_one_up() -> None:
    (deny,) = statements(require_mfa_policy())
    assert deny["Effect"] == "Deny"
    assert deny["Condition"] == {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
    assert "iam:EnableMFADevice" in deny["NotAction"]
    assert not any(action.startswith(("ec2:", "s3:")) for action in deny["NotAction"])


def test_people_change_only_what_carries_the_tag_of_their_cluster() -> None:
    for statement in statements(people_policy(SCOPE, "train", "administrators")):
        if statement["Sid"] == "Operate":
            assert statement["Condition"]["StringEquals"]["aws:ResourceTag/rackwright:stack"] == "train"
    users = [each["Sid"] for each in statements(people_policy(SCOPE, "train", "users"))]
    assert "Operate" not in users


def test_above_the_budget_groups_do_not_grow_and_what_runs_is_left_alone() -> None:
    denied = [action for each in statements(stop_elastic_policy(SCOPE, ["train-infer"])) for action in each["Action"]]
    assert "autoscaling:SetDesiredCapacity" in denied
    assert not any("Terminate" in action or "Stop" in action for action in denied)


def test_only_the_nodes_read_a_secret() -> None:
    (deny,) = statements(documents.secret_policy("arn:aws:iam::1:role/train-node"))
    assert deny["Condition"] == {"ArnNotEquals": {"aws:PrincipalArn": "arn:aws:iam::1:role/train-node"}}


def test_a_trail_of_the_organisation_writes_for_every_account_and_is_still_the_only_one() -> None:
    mine = documents.bucket_policy("arn:aws:s3:::t", trail_arn="arn:trail", account="1")
    everybody = documents.bucket_policy("arn:aws:s3:::t", trail_arn="arn:trail", account="1", organisation=True)
    (one,) = [each for each in statements(mine) if each["Sid"] == "TrailWrites"]
    (all_,) = [each for each in statements(everybody) if each["Sid"] == "TrailWrites"]
    assert (one["Resource"], all_["Resource"]) == ("arn:aws:s3:::t/AWSLogs/1/*", "arn:aws:s3:::t/AWSLogs/*")
    assert all_["Condition"]["StringEquals"]["aws:SourceArn"] == "arn:trail"


def test_nodes_wrap_keys_of_their_drives_with_one_key_and_nobody_else_does() -> None:
    found = statements(key_policy(SCOPE, KEYS[-1], "train"))
    (wrap,) = [one for one in found if one["Sid"] == "WrapKeysOfNodes"]
    assert set(wrap["Action"]) == {"kms:Decrypt", "kms:GenerateDataKeyWithoutPlaintext"}
    assert wrap["Condition"]["ArnEquals"]["aws:PrincipalArn"].endswith(":role/train-node")
    assert len(found) == 2, "administrators cannot read with it"
    (mine,) = statements(wrap_policy(SCOPE, "alias/train-scratch"))
    assert mine["Condition"] == {"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/train-scratch"}}
    assert mine["Action"] == wrap["Action"]
