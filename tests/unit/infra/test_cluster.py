from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from infra.aws.cluster import AwsCluster
from infra.settings import Settings
from rackwright.inventory import Inventory

from .conftest import design

SETTINGS = Settings(spec=Path("stacks/test.yaml"), stack="test", ssh_public_key="ssh-ed25519 AAAA admin")
MEMBERS = {"train": [("i-b", "10.40.32.9"), ("i-a", "10.40.32.20")]}


@pytest.fixture
def built(declare):
    found: dict[str, Any] = {}

    def program(**changes: Any) -> Any:
        cluster = AwsCluster(design(**changes), SETTINGS)
        cluster.inventory.apply(lambda text: found.__setitem__("inventory", text))
        return cluster

    def run(**changes: Any) -> tuple[Any, dict[str, Any]]:
        return declare(lambda: program(**changes), members=MEMBERS), found

    return run


def test_cluster_declares_every_part_that_issue_three_names(built) -> None:
    seen = Counter(resource.typ for resource in built()[0].seen)
    for wanted in (
        "aws:ec2/vpc:Vpc",
        "aws:ec2/natGateway:NatGateway",
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        "aws:kms/key:Key",
        "aws:iam/instanceProfile:InstanceProfile",
        "aws:ec2/launchTemplate:LaunchTemplate",
        "aws:ec2/placementGroup:PlacementGroup",
        "aws:autoscaling/group:Group",
        "aws:fsx/lustreFileSystem:LustreFileSystem",
        "aws:efs/fileSystem:FileSystem",
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        "aws:ec2/flowLog:FlowLog",
        "aws:cloudtrail/trail:Trail",
        "aws:cloudwatch/logGroup:LogGroup",
        "aws:budgets/budget:Budget",
    ):
        assert seen[wanted], wanted


def test_number_of_resources_does_not_depend_on_the_number_of_nodes(built) -> None:
    assert len(built(nodes=2)[0].seen) == len(built(nodes=1024)[0].seen)


def test_inventory_lists_heads_and_members_in_the_same_order_every_time(built) -> None:
    first, second = built()[1]["inventory"], built()[1]["inventory"]
    assert first == second
    hosts = Inventory.model_validate(json.loads(first)).hosts
    assert [str(host.address) for host in hosts] == ["10.40.16.10", "10.40.16.11", "10.40.32.20", "10.40.32.9"]
    assert {host.instance_id for host in hosts if host.pool == "train"} == {"i-a", "i-b"}


def test_a_local_stack_never_reaches_a_real_account_even_when_nobody_names_an_endpoint(built) -> None:
    provider = next(one for one in built(target="local")[0].seen if one.typ == "pulumi:providers:aws")
    endpoints = json.loads(provider.inputs["endpoints"])
    assert {url for service in endpoints for url in service.values()} == {"http://127.0.0.1:4599"}
    assert provider.inputs["accessKey"]["value"] == "test"


def test_a_stack_on_aws_uses_the_persons_own_credentials_and_the_real_endpoints(built) -> None:
    provider = next(one for one in built(target="aws")[0].seen if one.typ == "pulumi:providers:aws")
    assert not {"endpoints", "accessKey", "secretKey"} & set(provider.inputs)
