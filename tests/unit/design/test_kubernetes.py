"""What managed Kubernetes is made of: decided from the spec alone."""

import email
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rackwright.catalog import load_catalog
from rackwright.design import design_cluster
from rackwright.design.kubernetes import EFFECTS, managed_pools, taint_of
from rackwright.design.kubernetes_boot import node_config
from rackwright.design.kubernetes_model import NodeGroup
from rackwright.spec.cluster import ClusterSpec
from rackwright.spec.load import load_spec

STACKS = Path(__file__).parents[3] / "stacks"


def spec(stack: str) -> ClusterSpec:
    return load_spec(STACKS / f"{stack}.yaml")


def design(wanted: ClusterSpec):
    return design_cluster(wanted, load_catalog())


def test_a_split_scheduler_gives_kubernetes_its_pools_and_slurm_keeps_the_others() -> None:
    found = design(spec("mixed"))
    assert found.kubernetes.pools == ("system", "infer")
    roles = {pool.name: pool.ansible_roles for pool in found.pools}
    assert roles["system"] == roles["infer"] == ()
    assert "slurm_node" in roles["train"]
    assert "slurm_controller" in roles["head"]


def test_without_kubernetes_there_is_none() -> None:
    assert design(spec("h100-train")).kubernetes is None
    assert managed_pools(spec("dgx-h100-4su")) == ()


def test_the_control_plane_has_an_inner_subnet_in_each_zone() -> None:
    assert design(spec("b200-eks")).kubernetes.subnets == ("private-eun1-az1", "private-eun1-az2")


def test_a_block_a_spot_pool_and_a_plain_one_are_bought_as_such_and_start_from_the_right_image() -> None:
    block = design(spec("b200-eks")).kubernetes
    assert [(one.pool, one.capacity, one.image) for one in block.node_groups] == [
        ("system", "ON_DEMAND", "AL2023_x86_64_STANDARD"),
        ("train", "CAPACITY_BLOCK", "AL2023_x86_64_NVIDIA"),
    ]
    assert block.group("train").local_storage
    assert not block.group("system").local_storage
    assert design(spec("mixed")).kubernetes.group("infer").capacity == "SPOT"


def test_the_network_add_on_must_know_efa_only_where_nodes_have_such_interfaces() -> None:
    cni = design(spec("b200-eks")).kubernetes.addons[0]
    assert (cni.name, cni.at_least) == ("vpc-cni", "1.18.5")
    assert json.loads(cni.configuration) == {"enableNetworkPolicy": "true"}


def test_storage_brings_its_driver_and_what_waits_for_nodes_comes_last() -> None:
    addons = design(spec("b200-eks")).kubernetes.addons
    names = [one.name for one in addons]
    assert {"aws-fsx-csi-driver", "aws-efs-csi-driver", "aws-mountpoint-s3-csi-driver", "aws-ebs-csi-driver"} <= {
        *names
    }
    assert "aws-fsx-csi-driver" not in [one.name for one in design(spec("inference")).kubernetes.addons]
    assert {"vpc-cni", "kube-proxy", "eks-pod-identity-agent"}.isdisjoint(one.name for one in addons if one.needs_nodes)


def test_every_service_account_gets_rights_of_some_kind() -> None:
    for one in design(spec("b200-eks")).kubernetes.addons:
        assert (one.service_account is not None) == bool(one.managed_policy or one.buckets)


def test_administrators_own_the_cluster_and_others_work_in_it() -> None:
    people = {one.group: one.policy for one in design(spec("b200-eks")).kubernetes.people}
    assert people == {"admins": "AmazonEKSClusterAdminPolicy", "researchers": "AmazonEKSEditPolicy"}


@given(key=st.from_regex(r"[a-z]{1,8}(\.[a-z]{1,8}/[a-z]{1,8})?", fullmatch=True), effect=st.sampled_from([*EFFECTS]))
@pytest.mark.parametrize("value", ["present", ""])
def test_a_taint_keeps_its_parts(key: str, value: str, effect: str) -> None:
    found = taint_of(f"{key}={value}:{effect}")
    assert (found.key, found.value, found.effect) == (key, value, EFFECTS[effect])


def _node_config(text: str) -> dict:
    (part,) = email.message_from_string(text).get_payload()
    assert part.get_content_type() == "application/node.eks.aws"
    return json.loads(part.get_payload())


def test_a_node_is_told_only_what_eks_does_not_say() -> None:
    plain = NodeGroup(pool="p", capacity="ON_DEMAND", image="AL2023_x86_64_STANDARD")
    assert node_config(plain) == ""
    drives = plain.model_copy(update={"local_storage": True, "max_pods": 58})
    assert _node_config(node_config(drives))["spec"] == {
        "instance": {"localStorage": {"strategy": "RAID0"}},
        "kubelet": {"config": {"maxPods": 58}},
    }
    own = plain.model_copy(update={"image": "CUSTOM"})
    told = node_config(own, {"name": "it", "apiServerEndpoint": "https://x", "certificateAuthority": "ca", "cidr": "c"})
    assert _node_config(told)["spec"]["cluster"]["name"] == "it"
