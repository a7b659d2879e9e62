"""Versions of EKS's add-ons."""

from __future__ import annotations

from collections import Counter

import pytest

from rackwright.catalog.addons import addon_version, load_addons
from rackwright.catalog.version import version_order
from rackwright.design.kubernetes import CNI_EFA_ONLY


def test_each_release_of_kubernetes_has_one_version_of_an_add_on() -> None:
    counted = Counter((one.name, release) for one in load_addons() for release in one.kubernetes)
    assert set(counted.values()) == {1}


def test_every_network_add_on_leaves_efa_only_interfaces_alone() -> None:
    found = [one for one in load_addons() if one.name == "vpc-cni"]
    assert found
    assert all(version_order(one.release) >= version_order(CNI_EFA_ONLY) for one in found)


def test_kube_proxy_is_of_the_release_that_it_is_for() -> None:
    for one in load_addons():
        if one.name == "kube-proxy":
            assert all(one.release.startswith(f"{release}.") for release in one.kubernetes)


@pytest.mark.parametrize("name", ["vpc-cni", "coredns", "kube-proxy", "aws-ebs-csi-driver", "eks-pod-identity-agent"])
def test_what_every_cluster_has_is_pinned_for_the_default_release(name: str) -> None:
    assert addon_version(name, "1.35") is not None


def test_what_nobody_knows_is_not_made_up() -> None:
    assert addon_version("aws-fsx-csi-driver", "1.35") is None
    assert addon_version("vpc-cni", "1.99") is None
