"""What managed Kubernetes declares: a closed control plane, nodes as designed, roles for add-ons and people."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from infra.aws.cluster import AwsCluster
from infra.settings import Settings
from rackwright.catalog import load_catalog
from rackwright.design import design_cluster
from rackwright.spec.load import load_spec

STACKS = Path(__file__).parents[3] / "stacks"
Declared = dict[str, dict[str, dict[str, Any]]]


_FOUND: dict[str, Declared] = {}
"""What a stack declares does not change between two tests."""


@pytest.fixture
def built(declare) -> Callable[[str], Declared]:
    """``built(stack)`` -> type -> name -> inputs."""

    def run(stack: str) -> Declared:
        if stack not in _FOUND:
            _FOUND[stack] = _declared(stack)
        return _FOUND[stack]

    def _declared(stack: str) -> Declared:
        design = design_cluster(load_spec(STACKS / f"{stack}.yaml"), load_catalog())
        settings = Settings(spec=STACKS / f"{stack}.yaml", stack="test", ssh_public_key=None)
        found: Declared = {}
        for one in declare(lambda: AwsCluster(design, settings)).seen:
            found.setdefault(one.typ, {})[one.name] = one.inputs
        return found

    return run


def test_the_control_plane_is_closed_and_its_secrets_have_their_own_key(built) -> None:
    found = built("b200-eks")
    (plane,) = found["aws:eks/cluster:Cluster"].values()
    assert plane["vpcConfig"]["endpointPrivateAccess"]
    assert not plane["vpcConfig"]["endpointPublicAccess"]
    assert len(plane["vpcConfig"]["subnetIds"]) == 2
    assert plane["encryptionConfig"]["resources"] == ["secrets"]
    assert plane["encryptionConfig"]["provider"]["keyArn"].endswith("b200-eks-kubernetes")
    access = {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": False}
    assert plane["accessConfig"] == access
    assert plane["deletionProtection"]
    assert {"api", "audit"} <= set(plane["enabledClusterLogTypes"])
    assert "/aws/eks/b200-eks/cluster" in [log["name"] for log in found["aws:cloudwatch/logGroup:LogGroup"].values()]


def test_a_group_on_a_block_names_market_and_reservation_and_has_its_interfaces_card_by_card(built) -> None:
    found = built("b200-eks")
    template = found["aws:ec2/launchTemplate:LaunchTemplate"]["b200-eks-train"]
    assert template["instanceMarketOptions"]["marketType"] == "capacity-block"
    target = template["capacityReservationSpecification"]["capacityReservationTarget"]
    assert target["capacityReservationId"] == "cr-0b200b200b200b201"
    assert "iamInstanceProfile" not in template
    assert template["metadataOptions"]["httpTokens"] == "required"
    kinds = [nic["interfaceType"] for nic in template["networkInterfaces"]]
    assert kinds[0] == "interface"
    assert "efa-only" in kinds
    groups = {"interface": 2, "efa": 3, "efa-only": 1}
    assert all(len(nic["securityGroups"]) == groups[nic["interfaceType"]] for nic in template["networkInterfaces"])
    assert "RAID0" in base64.b64decode(template["userData"]).decode()
    group = found["aws:eks/nodeGroup:NodeGroup"]["b200-eks-train"]
    assert (group["capacityType"], group["amiType"]) == ("CAPACITY_BLOCK", "AL2023_x86_64_NVIDIA")
    assert group["taints"] == [{"key": "nvidia.com/gpu", "value": "present", "effect": "NO_SCHEDULE"}]


def test_spot_is_asked_of_eks_and_not_of_the_template(built) -> None:
    found = built("mixed")
    assert "instanceMarketOptions" not in found["aws:ec2/launchTemplate:LaunchTemplate"]["mixed-infer"]
    assert found["aws:eks/nodeGroup:NodeGroup"]["mixed-infer"]["capacityType"] == "SPOT"


def test_pools_of_slurm_stay_groups_of_their_own(built) -> None:
    found = built("mixed")
    assert set(found["aws:eks/nodeGroup:NodeGroup"]) == {"mixed-system", "mixed-infer"}
    assert set(found["aws:autoscaling/group:Group"]) == {"mixed-train"}


def test_every_add_on_with_a_service_account_has_a_role_that_only_this_cluster_takes(built) -> None:
    found = built("b200-eks")
    roles = found["aws:iam/role:Role"]
    for name, addon in found["aws:eks/addon:Addon"].items():
        if "podIdentityAssociations" in addon:
            trust = roles[name]["assumeRolePolicy"]
            assert "pods.eks.amazonaws.com" in trust
            assert "cluster/b200-eks" in trust
    assert "podIdentityAssociations" in found["aws:eks/addon:Addon"]["b200-eks-vpc-cni"]


def test_people_take_a_role_with_a_second_factor_and_administrators_alone_own_the_cluster(built) -> None:
    found = built("b200-eks")
    policies = {
        name: one["policyArn"].rpartition("/")[2]
        for name, one in found["aws:eks/accessPolicyAssociation:AccessPolicyAssociation"].items()
    }
    assert policies == {
        "b200-eks-kubernetes-admins": "AmazonEKSClusterAdminPolicy",
        "b200-eks-kubernetes-researchers": "AmazonEKSEditPolicy",
    }
    for name in policies:
        assert "aws:MultiFactorAuthPresent" in found["aws:iam/role:Role"][name]["assumeRolePolicy"]


def test_without_kubernetes_nothing_of_eks_is_declared(built) -> None:
    assert not [type_ for type_ in built("h100-train") if type_.startswith("aws:eks/")]
