from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rackwright.configure.variables import LocalServices, site_inventory
from rackwright.diagnostics import InputError
from rackwright.hostlist import expand
from rackwright.inventory import Inventory
from tests.unit.configure.sample import DIGEST, HEAD_ROLES, IMAGE, design, inventory, lock

SERVICES = LocalServices(apt_repo="http://10.40.0.1:3180", registry="http://10.40.0.1:5000")


def site(target: Any = "local", nodes: int = 2, services: LocalServices | None = SERVICES) -> dict[str, Any]:
    found = site_inventory(inventory(nodes), design(target, nodes), lock(), services)
    return cast("dict[str, Any]", found["all"])


def group(name: str, target: Any = "local", **kwargs: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", site(target, **kwargs)["children"][name]["vars"])


def test_a_host_gets_the_packages_of_its_roles_and_no_others() -> None:
    hosts = site()["hosts"]
    assert hosts["head-1"]["base_packages"] == ["chrony=4.6.1-3", "munge=0.5.16-1"]
    assert "nvidia-smi=550.163.01-2" in hosts["train-1"]["base_packages"]


def test_held_packages_are_those_that_the_lock_holds() -> None:
    hosts = site()["hosts"]
    assert hosts["head-1"]["base_held_packages"] == []
    assert hosts["train-2"]["base_held_packages"] == ["libcudart12", "nvidia-open-kernel-dkms", "nvidia-smi"]


def test_every_locked_version_is_pinned_on_every_host() -> None:
    assert group("base")["base_pins"] == {name: package.version for name, package in lock().packages.items()}


def test_a_rehearsal_has_no_gpu_no_clock_and_no_cgroups_of_its_own() -> None:
    assert group("gpu_driver")["gpu_driver_gpu_present"] is False
    assert not group("time")["time_own_clock"]
    assert not group("tuning")["tuning_own_kernel"]
    assert group("slurm_controller")["slurm_controller_confinement"] == "none"
    assert group("slurm_controller")["slurm_controller_trust_design"] is True


def test_a_real_cluster_uses_its_own_kernel_and_trusts_no_figure_that_the_node_does_not_show() -> None:
    assert group("gpu_driver", "aws", services=None)["gpu_driver_gpu_present"] is True
    assert group("time", "aws", services=None)["time_own_clock"] is True
    assert group("auditd", "aws", services=None)["auditd_own_kernel"] is True
    assert group("slurm_controller", "aws", services=None)["slurm_controller_confinement"] == "cgroup"
    assert group("slurm_controller", "aws", services=None)["slurm_controller_trust_design"] is False


def test_images_come_through_the_local_registry_by_digest() -> None:
    image = {"reference": IMAGE, "digest": DIGEST, "way": "containerd", "repository": ""}
    assert group("ngc")["ngc_images"] == [image]
    assert group("container_runtime")["container_runtime_mirrors"] == [
        {"registry": "nvcr.io", "url": "http://10.40.0.1:5000"}
    ]


def test_without_local_services_nothing_points_at_the_local_cloud() -> None:
    assert group("container_runtime", "aws", services=None)["container_runtime_mirrors"] == []
    assert group("base", "aws", services=None)["base_apt_repositories"] == []


def test_on_aws_a_node_asks_the_stack_s_own_registry_first_and_can_log_in_there() -> None:
    (image,) = group("ngc", "aws", services=None)["ngc_images"]
    assert image["repository"] == "sample/nvcr.io/nvidia/cuda"
    hosts = site("aws", services=None)["hosts"]
    assert "amazon-ecr-credential-helper" in hosts["train-2"]["base_tools"]
    assert "amazon-ecr-credential-helper" not in hosts["head-1"]["base_tools"]


def test_the_cuda_release_is_that_of_the_locked_library() -> None:
    assert group("cuda")["cuda_runtime_version"] == "12.4"


@given(st.integers(1, 200))
def test_slurm_knows_each_node_once_with_the_designs_gpus(nodes: int) -> None:
    found = group("slurm_controller", nodes=nodes)
    names = [node["name"] for node in found["slurm_controller_nodes"]]
    assert sorted(names) == sorted(f"train-{number}" for number in range(1, nodes + 1))
    assert {node["gres"] for node in found["slurm_controller_nodes"]} == {"gpu:h100:8"}
    assert sorted(expand(found["slurm_controller_gres"][0]["nodes"])) == sorted(names)
    assert sorted(expand(found["slurm_controller_partitions"][0]["nodes"])) == sorted(names)
    assert sorted(expand(found["slurm_controller_switches"][0]["nodes"])) == sorted(names)


def test_nodes_fetch_their_configuration_from_the_controller() -> None:
    assert group("slurm_node")["slurm_node_controller"] == "10.40.0.10:6817"


def test_a_group_without_hosts_is_left_out() -> None:
    children = site_inventory(inventory(0), design(), lock(), SERVICES)["all"]["children"]  # type: ignore[index]
    assert sorted(children) == sorted(HEAD_ROLES)


def test_a_role_that_nobody_carries_out_is_refused_by_name() -> None:
    host = inventory().hosts[0].model_copy(update={"roles": frozenset({"base", "slurm_nod"})})
    with pytest.raises(InputError) as told:
        site_inventory(Inventory(cluster="x", hosts=(host,)), design(), lock(), SERVICES)
    (problem,) = told.value.problems
    assert (problem.where, problem.hint) == ("head-1", "slurm_node is meant?")
