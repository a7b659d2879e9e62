from __future__ import annotations

import base64
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from infra.aws.cluster import AwsCluster
from infra.settings import Settings
from policies.evaluation import evaluate
from policies.profile import STRICTEST
from policies.registry import RULES
from policies.rule import Resource, Status

from .conftest import design, p5_nics

KEY = "ssh-ed25519 AAAA admin"


DECLARED: dict[str, dict[str, dict[str, dict[str, Any]]]] = {}
"""What was declared before, by the arguments: declaring a cluster takes about a second, looking at it nothing."""


@pytest.fixture
def seen(declare):
    """``seen(**changes)`` declares the cluster of a changed design; type -> name -> inputs."""

    def run(endpoint: str | None = None, **changes: Any) -> dict[str, dict[str, dict[str, Any]]]:
        key = repr((endpoint, sorted(changes.items())))
        if key not in DECLARED:
            DECLARED[key] = declared(endpoint, changes)
        return DECLARED[key]

    def declared(endpoint: str | None, changes: dict[str, Any]) -> dict[str, dict[str, dict[str, Any]]]:
        settings = Settings(spec=Path("x"), stack="test", endpoint=endpoint, ssh_public_key=KEY)
        found: dict[str, dict[str, dict[str, Any]]] = {}
        for resource in declare(lambda: AwsCluster(design(**changes), settings)).seen:
            found.setdefault(resource.typ, {})[resource.name] = resource.inputs
        return found

    return run


def test_template_has_exactly_the_designed_interfaces_each_in_the_right_group(seen) -> None:
    (template,) = seen()["aws:ec2/launchTemplate:LaunchTemplate"].values()
    nics = template["networkInterfaces"]
    wanted = [(nic.card_index, nic.device_index, nic.interface_type) for nic in p5_nics()]
    assert [(nic["networkCardIndex"], nic["deviceIndex"], nic["interfaceType"]) for nic in nics] == wanted
    groups = Counter((nic["interfaceType"], tuple(nic["securityGroups"])) for nic in nics)
    assert groups == {
        ("interface", ("h100-train-nodes-id",)): 1,
        ("efa-only", ("h100-train-fabric-id",)): 32,
    }
    assert "vpcSecurityGroupIds" not in template


def test_a_capacity_block_names_the_market_and_the_reservation(seen) -> None:
    (template,) = seen()["aws:ec2/launchTemplate:LaunchTemplate"].values()
    assert template["instanceMarketOptions"]["marketType"] == "capacity-block"
    target = template["capacityReservationSpecification"]["capacityReservationTarget"]
    assert target["capacityReservationId"] == "cr-0123456789abcdef0"


def test_user_data_names_the_pool_and_holds_no_secret(seen) -> None:
    (template,) = seen()["aws:ec2/launchTemplate:LaunchTemplate"].values()
    script = base64.b64decode(template["userData"]).decode()
    assert script.startswith("#!/bin/sh\n")
    assert json.loads(script.split("<<'END_OF_FILE'\n")[1].split("\n")[0])["pool"] == "train"


def test_group_tags_tell_the_rehearsal_how_many_devices_a_node_has(seen) -> None:
    (group,) = seen()["aws:autoscaling/group:Group"].values()
    tags = {tag["key"]: tag["value"] for tag in group["tags"] if tag["propagateAtLaunch"]}
    assert tags["rackwright:gpus"] == "8"
    assert tags["rackwright:pool"] == "train"
    assert tags["rackwright:stack"] == "h100-train"
    assert tags["rackwright:classification"] == "phi"
    assert "Name" not in tags, "nodes of a group would all get the same host name"


def test_head_nodes_have_the_designed_addresses_and_their_own_names(seen) -> None:
    heads = seen()["aws:ec2/instance:Instance"].values()
    assert {head["privateIp"]: head["tags"]["Name"] for head in heads} == {
        "10.40.16.10": "head-10",
        "10.40.16.11": "head-11",
    }


def test_isolated_subnets_have_no_default_route_and_public_ones_the_gateway(seen) -> None:
    routes = seen()["aws:ec2/route:Route"]
    assert not any("isolated" in name for name in routes)
    assert "gatewayId" in routes["h100-train-public-default"]
    assert "natGatewayId" in routes["h100-train-gpu-use1-az6-default"]


def test_ssh_comes_from_the_vpc_and_the_named_networks_only(seen) -> None:
    rules = seen()["aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"].values()
    sources = {rule.get("cidrIpv4") for rule in rules if rule.get("fromPort") == 22}
    assert sources == {"10.40.0.0/16", "203.0.113.0/24"}


def test_fabric_group_is_open_to_itself_both_ways_and_nothing_else(seen) -> None:
    found = seen()
    rules = [
        rule
        for kind in ("Ingress", "Egress")
        for rule in found[f"aws:vpc/securityGroup{kind}Rule:SecurityGroup{kind}Rule"].values()
        if rule["securityGroupId"] == "h100-train-fabric-id"
    ]
    assert len(rules) == 2
    for rule in rules:
        assert rule["referencedSecurityGroupId"] == "h100-train-fabric-id"
        assert rule["ipProtocol"] == "-1"


def test_rehearsal_buckets_can_be_removed_and_real_ones_cannot(seen) -> None:
    real = seen()["aws:s3/bucket:Bucket"].values()
    local = seen(endpoint="http://127.0.0.1:1", target="local")["aws:s3/bucket:Bucket"].values()
    assert not any(bucket["forceDestroy"] for bucket in real)
    assert all(bucket["forceDestroy"] for bucket in local)


@pytest.mark.parametrize("target", ["aws", "local"])
def test_program_violates_no_rule_under_the_strictest_profile(seen, target) -> None:
    resources = [
        Resource(f"urn:pulumi:t::p::{kind}::{name}", kind, name, {"id": f"{name}-id", **inputs})
        for kind, named in seen(target=target).items()
        for name, inputs in named.items()
    ]
    findings = evaluate(RULES, resources, profile=STRICTEST)
    wrong = [finding for finding in findings if finding.status is not Status.PASSED]
    assert not wrong, [(finding.rule, finding.urn, finding.message) for finding in wrong]
    judged = {finding.rule for finding in findings}
    assert len(judged) > 25, "hardly anything was judged"
