"""Run a part of the program without an engine and look at what it declared."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pulumi.runtime import MockCallArgs, MockResourceArgs, Mocks, settings

from rackwright.design.governing import governance_of
from rackwright.design.model import (
    Cost,
    Design,
    FabricSummary,
    Network,
    Nic,
    Pool,
    Power,
    Scheduler,
    Storage,
    Subnet,
)
from rackwright.spec.load import load_spec

ACCOUNT = "123456789012"
COST = Cost(usd_per_hour=6000.0, by_pool={}, storage_usd_per_hour=10.0, not_priced=(), priced_on="2026-11-01")
SPEC = load_spec(Path(__file__).parents[3] / "stacks" / "h100-train.yaml")


MADE = {"aws:eks/cluster:Cluster": {"certificateAuthority": {"data": "Y2E="}, "endpoint": "https://api"}}
"""Type -> outputs that AWS makes up."""


class Recorder(Mocks):
    """Remembers what was declared and answers look-ups as a fresh account would."""

    def __init__(self, members: dict[str, list[tuple[str, str]]] | None = None) -> None:
        self.seen: list[MockResourceArgs] = []
        self.members = members or {}

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        self.seen.append(args)
        arn = f"arn:aws:mock:us-east-1:{ACCOUNT}:{args.name}"
        made = {"arn": arn, "keyId": f"{args.name}-key", "latestVersion": 1, **MADE.get(args.typ, {})}
        return f"{args.name}-id", {**made, **args.inputs}

    def call(self, args: MockCallArgs) -> dict[str, Any]:
        if args.token == "aws:ec2/getInstances:getInstances":
            nodes = self.members.get(args.args["instanceTags"]["rackwright:pool"], [])
            return {"ids": [node for node, _ in nodes], "privateIps": [address for _, address in nodes]}
        return {
            "aws:ec2/getAmi:getAmi": {"id": "ami-0123456789abcdef0"},
            "aws:index/getCallerIdentity:getCallerIdentity": {"accountId": ACCOUNT},
            "aws:ssoadmin/getInstances:getInstances": {
                "arns": ["arn:aws:sso:::instance/i"],
                "identityStoreIds": ["d-1"],
            },
            "aws:identitystore/getGroup:getGroup": {"groupId": "group-1"},
        }[args.token]


Program = Callable[[], object]


@pytest.fixture
def declare() -> Iterator[Callable[..., Recorder]]:
    """``declare(program)`` runs `program` under mocks until nothing is pending; returns the recorder."""

    def run(program: Program, *, members: dict[str, list[tuple[str, str]]] | None = None) -> Recorder:
        mocks = Recorder(members)
        asyncio.set_event_loop(asyncio.new_event_loop())
        pulumi.runtime.set_mocks(mocks, project="rackwright", stack="test", preview=False)
        pulumi.runtime.test(lambda: program() and None)()
        return mocks

    yield run
    settings.reset_options()


def _subnets(zone: str) -> tuple[Subnet, ...]:
    tiers = ("public", "private", "gpu", "isolated")
    return tuple(
        Subnet(
            name=f"{tier}-{zone}",
            tier=tier,
            zone_id=zone,
            cidr=f"10.40.{index * 16}.0/20",
            usable_addresses=4091,
        )
        for index, tier in enumerate(tiers)
    )


def p5_nics() -> tuple[Nic, ...]:
    """IP-optimised layout of a p5.48xlarge: one ENA, 32 efa-only."""
    fabric = [Nic(card_index=0, device_index=1, interface_type="efa-only")]
    fabric += [Nic(card_index=card, device_index=0, interface_type="efa-only") for card in range(1, 32)]
    return (Nic(card_index=0, device_index=0, interface_type="interface"), *fabric)


def head_pool() -> Pool:
    return Pool(
        name="head",
        role="control",
        machine="m7i.4xlarge",
        min_nodes=2,
        max_nodes=2,
        subnet="private-use1-az6",
        architecture="x86_64",
        vcpus=16,
        memory_gib=64,
        gpus=0,
        addresses=("10.40.16.10", "10.40.16.11"),
        ansible_roles=("slurm_controller", "base"),
    )


def train_pool(nodes: int) -> Pool:
    return Pool(
        name="train",
        role="gpu",
        machine="p5.48xlarge",
        min_nodes=nodes,
        max_nodes=nodes,
        subnet="gpu-use1-az6",
        architecture="x86_64",
        vcpus=192,
        memory_gib=2048,
        gpus=8,
        nics=p5_nics(),
        placement="cluster",
        capacity={"kind": "block", "reservation_id": "cr-0123456789abcdef0"},
        ansible_roles=("slurm_node", "base"),
    )


def design(*, target: str = "aws", nodes: int = 64, classification: str = "phi") -> Design:
    """A p5 cluster with every kind of storage."""
    return Design(
        name="h100-train",
        target=target,
        region="us-east-1",
        classification=classification,
        compliance=("hipaa",),
        network=Network(
            cidr="10.40.0.0/16",
            zone_ids=("use1-az6",),
            subnets=_subnets("use1-az6"),
            allowed_admin_cidrs=("203.0.113.0/24",),
            gateway_endpoints=("s3", "dynamodb"),
            interface_endpoints=("ssm", "ecr.api"),
        ),
        pools=(head_pool(), train_pool(nodes)),
        storage=(
            Storage(
                name="scratch",
                kind="fsx-lustre",
                mount="/fsx",
                capacity_gib=48 * 1024,
                throughput_mbps_per_tib=500,
                subnet="gpu-use1-az6",
            ),
            Storage(name="home", kind="efs", mount="/home"),
            Storage(name="data", kind="s3", retention_days=400),
        ),
        scheduler=Scheduler(kind="slurm", cluster_name="h100-train"),
        driver_branch="r580",
        driver_module="open",
        cuda="13.0",
        images=(),
        retention_days=400,
        tags={"owner": "platform"},
        governance=governance_of(SPEC, COST),
        cost=COST,
        power=Power(it_kw=700.0, facility_kw=875.0, pue=1.25, not_known=()),
        fabric=FabricSummary(kind="efa", per_node_gbps=3200.0, endpoints=2048),
    )
