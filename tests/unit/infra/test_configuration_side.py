"""Nodes that configure themselves: where the bundle is, who may write it, and that a pushed cluster has none of it."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from infra.aws.cluster import AwsCluster
from infra.settings import Settings

from .conftest import design

PEM = "-----BEGIN PUBLIC KEY-----\nabc\n-----END PUBLIC KEY-----\n"


def declared(declare: Any, key: str | None) -> dict[str, dict[str, Any]]:
    settings = Settings(spec=Path("stacks/test.yaml"), stack="test", bundle_key=key)
    found: dict[str, dict[str, Any]] = {}
    for resource in declare(lambda: AwsCluster(design(), settings)).seen:
        found.setdefault(resource.typ, {})[resource.name] = resource.inputs
    return found


@pytest.fixture
def pulled(declare: Any) -> dict[str, dict[str, Any]]:
    return declared(declare, PEM)


def scripts(seen: dict[str, dict[str, Any]]) -> list[str]:
    templates = seen["aws:ec2/launchTemplate:LaunchTemplate"].values()
    decoded = [base64.b64decode(template["userData"]).decode() for template in templates]
    return [*decoded, *(instance["userData"] for instance in seen["aws:ec2/instance:Instance"].values())]


def test_every_node_finds_the_bucket_that_the_stack_makes(pulled: dict[str, dict[str, Any]]) -> None:
    bucket = pulled["aws:s3/bucket:Bucket"]["h100-train-nodes"]["bucket"]
    assert len(scripts(pulled)) == 3
    for script in scripts(pulled):
        told = json.loads(next(line for line in script.splitlines() if line.startswith("{")))
        assert (told["bucket"], told["public_key"], told["region"]) == (bucket, PEM, "us-east-1")
        assert "endpoint" not in told


def test_a_node_reads_bundles_and_writes_reports_and_cannot_write_what_others_trust(
    pulled: dict[str, dict[str, Any]],
) -> None:
    text = pulled["aws:iam/rolePolicy:RolePolicy"]["h100-train-node-configuration"]["policy"]
    allowed = {(one["Action"], one["Resource"].rpartition(":::")[2].partition("/")[2]) for one in _statements(text)}
    assert allowed == {("s3:GetObject", "bundles/*"), ("s3:PutObject", "reports/*")}


def test_secrets_of_the_roles_are_declared_without_a_value(pulled: dict[str, dict[str, Any]]) -> None:
    assert (
        pulled["aws:secretsmanager/secret:Secret"]["h100-train-node-munge_key"]["name"] == "h100-train/node/munge_key"
    )
    assert "aws:secretsmanager/secretVersion:SecretVersion" not in pulled


def test_a_cluster_that_is_pushed_to_has_none_of_it(declare: Any) -> None:
    seen = declared(declare, None)
    assert "h100-train-nodes" not in seen["aws:s3/bucket:Bucket"]
    assert not [script for script in scripts(seen) if "rackwright-pull" in script]


def _statements(text: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(text)["Statement"]
    return found
