"""What a pool's way of buying, volume, threads and groups become in its launch template."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra.aws.compute import launch
from infra.aws.compute.power_documents import named_arns, power_policy
from infra.aws.documents import Scope
from rackwright.catalog import load_catalog
from rackwright.design import design_cluster
from rackwright.design.model import Capacity, Pool
from rackwright.spec import ClusterSpec
from tests.unit.preflight.case import spec_of

SCOPE = Scope("aws", "123456789012", "us-east-1")
GROUP = "arn:aws:resource-groups:us-east-1:123456789012:group/h100"
PLACED = "arn:aws:ec2:us-east-1:123456789012:placement-group/theirs"


def pool(**changes: Any) -> Pool:
    spec: ClusterSpec = spec_of("aws", {f"pools.train.{key}": value for key, value in changes.items()})
    return next(one for one in design_cluster(spec, load_catalog()).pools if one.name == "train")


def test_a_highest_spot_price_is_part_of_the_spot_market() -> None:
    wanted = pool(capacity={"kind": "spot", "max_usd_per_hour": 21.5})
    options = launch.market(wanted.capacity)
    assert options is not None
    assert options.market_type == "spot"
    assert options.spot_options is not None
    assert options.spot_options.max_price == "21.5000"


def test_spot_without_a_price_leaves_the_price_to_aws() -> None:
    options = launch.market(Capacity(kind="spot"))
    assert options is not None
    assert options.spot_options is None


def test_a_group_of_reservations_is_the_target_and_nothing_runs_outside_it() -> None:
    wanted = pool(capacity={"reservation_group": GROUP})
    spec = launch.reservation(wanted.capacity)
    assert spec is not None
    assert spec.capacity_reservation_preference == "capacity-reservations-only"
    assert spec.capacity_reservation_target.capacity_reservation_resource_group_arn == GROUP
    assert spec.capacity_reservation_target.capacity_reservation_id is None
    assert launch.market(wanted.capacity) is None


@pytest.mark.parametrize("kind", ["on-demand", "spot"])
def test_without_a_reservation_no_target_is_named(kind: Any) -> None:
    assert launch.reservation(Capacity(kind=kind)) is None


def test_a_reservation_is_placed_where_it_was_made_and_in_no_group_of_ours() -> None:
    plain = pool(capacity={"reservation": "cr-0123456789abcdef0"})
    assert (plain.placement, plain.placement_group) == ("none", None)
    placed = pool(capacity={"reservation": "cr-0123456789abcdef0", "placement_group": PLACED})
    assert (placed.placement, placed.placement_group) == ("cluster", "theirs")
    assert pool().placement == "cluster"


def test_one_thread_a_core_names_cores_and_threads_together() -> None:
    wanted = pool(hyper_threading=False)
    options = launch.cpu_options(wanted)
    assert options is not None
    assert (options.core_count, options.threads_per_core) == (96, 1)
    assert wanted.vcpus == 96, "the scheduler must not offer threads that are off"
    assert launch.cpu_options(pool()) is None


def test_a_volume_has_the_pool_s_own_kind_and_key() -> None:
    own = "arn:aws:kms:us-east-1:123456789012:key/own"
    volume = launch.root_volume(pool(root_volume_type="io2", key=own), "ours").ebs
    assert (volume.volume_type, volume.kms_key_id, volume.iops) == ("io2", own, launch.IO2_IOPS)
    plain = launch.root_volume(pool(), "ours").ebs
    assert (plain.volume_type, plain.kms_key_id, plain.iops) == ("gp3", "ours", None)


def test_tags_of_a_pool_reach_its_nodes_and_cannot_hide_ours() -> None:
    wanted = pool(tags={"project": "llm", "rackwright:pool": "other"})
    found = launch.node_tags(wanted, {"rackwright:stack": "x"})
    assert (found["project"], found["rackwright:pool"]) == ("llm", "train")


def test_the_controller_may_launch_into_groups_of_somebody_else_that_a_pool_names_and_no_others() -> None:
    wanted = pool(
        security_groups=["sg-0123456789abcdef0"], capacity={"reservation_group": GROUP, "placement_group": PLACED}
    )
    named = named_arns(SCOPE, [wanted])
    assert named == [
        "arn:aws:ec2:us-east-1:123456789012:security-group/sg-0123456789abcdef0",
        "arn:aws:ec2:us-east-1:123456789012:placement-group/theirs",
        GROUP,
    ]
    text = power_policy(SCOPE, "train", ["arn:controller"], "arn:role", named)
    (into,) = [one for one in json.loads(text)["Statement"] if one["Sid"] == "LaunchIntoNamedGroups"]
    assert (into["Resource"], into["Action"]) == (named, "ec2:RunInstances")
    assert into["Condition"] == {"ArnEquals": {"ec2:SourceInstanceARN": ["arn:controller"]}}
    assert "LaunchIntoNamedGroups" not in power_policy(SCOPE, "train", [], "arn:role", named_arns(SCOPE, [pool()]))
