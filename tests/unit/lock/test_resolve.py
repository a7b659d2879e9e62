"""The resolver on the real catalog."""

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

import pytest

from rackwright.catalog.software import load_software
from rackwright.diagnostics import InputError
from rackwright.lock import Image, Resolution, Wants, dump_lock, resolve

TODAY = dt.date(2026, 11, 21)
TRAINING = Wants(
    system="ubuntu-24.04",
    target="aws",
    architectures=("x86_64",),
    gpus=("h100-80gb",),
    nvswitch=("nvswitch",),
    fabrics=("efa",),
    schedulers=("slurm",),
    software={
        "driver": "580.*",
        "module": "open",
        "cuda": "13.0.*",
        "container-toolkit": "present",
        "pyxis": "present",
    },
    images=("nvcr.io/nvidia/pytorch:25.10-py3",),
)


def resolved(**changes: object) -> Resolution:
    return resolve(TRAINING.model_copy(update=changes), load_software(), TODAY)


def refused(**changes: object) -> InputError:
    with pytest.raises(InputError) as caught:
        resolved(**changes)
    return caught.value


def places(error: InputError) -> set[str]:
    return {problem.where for problem in error.problems}


def test_driver_and_fabric_manager_have_one_version() -> None:
    versions = resolved().versions
    assert versions["driver"] == versions["fabric-manager"] == "580.173.02"


def test_packages_of_driver_and_fabric_are_held_unless_the_spec_says_otherwise() -> None:
    held = {name for name, package in resolved().lock.packages.items() if package.held}
    assert {"nvidia-open", "nvidia-fabricmanager", "aws-efa-installer"} <= held
    assert not any(package.held for package in resolved(hold=False).lock.packages.values())


@pytest.mark.parametrize(
    ("branch", "package"), [("570.*", "nvidia-fabricmanager-570"), ("580.*", "nvidia-fabricmanager")]
)
def test_fabric_manager_is_named_after_its_branch_before_580_only(branch: str, package: str) -> None:
    wants = {"driver": branch, "module": "open", "cuda": "12.8.*"}
    lock = resolved(software=wants, supported_only=False).lock
    assert [name for name in lock.packages if "fabricmanager" in name] == [package]


def test_fabric_manager_follows_the_switches_and_not_the_name_of_the_gpu() -> None:
    assert "fabric-manager" not in resolved(nvswitch=("none",)).versions
    assert "fabric-manager" in resolved(nvswitch=("none", "nvswitch")).versions, "a stack with both kinds of pool"


def test_fifth_generation_switches_bring_their_subnet_manager() -> None:
    assert "nvlsm" in resolved(gpus=("b200-180gb",), nvswitch=("nvlink5-switch",)).versions
    assert "nvlsm" not in resolved().versions


def test_a_rack_has_imex_of_the_drivers_version_and_no_fabric_manager() -> None:
    rack = resolved(gpus=("gb200-186gb",), nvswitch=("rack",), architectures=("arm64",))
    assert rack.versions["imex"] == rack.versions["driver"]
    assert "fabric-manager" not in rack.versions
    asked = {**TRAINING.software, "fabric-manager": "present"}
    error = refused(gpus=("gb200-186gb",), nvswitch=("rack",), software=asked)
    assert places(error) == {"software.fabric-manager", "nvswitch rack"}


@pytest.mark.parametrize("gpu", ["b200-180gb", "gb200-186gb", "gh200-96gb"])
def test_blackwell_and_grace_hopper_take_the_open_module_only(gpu: str) -> None:
    assert places(refused(gpus=(gpu,), software={"module": "closed", "driver": "present"})) == {
        "software.module",
        f"gpu {gpu}",
    }


def test_volta_takes_the_closed_module_of_the_last_branch_and_cuda_12() -> None:
    old = resolved(gpus=("v100-32gb",), fabrics=(), software={"cuda": "present", "cudnn": "present"})
    assert old.lock.packages["cuda-drivers"].version.startswith("580.")
    assert (old.versions["module"], old.versions["cuda"]) == ("closed", "12.9.79")
    assert old.versions["cudnn"] == "9.10.2.21", "the last with Volta"


@pytest.mark.parametrize(
    ("wish", "place"), [({"cuda": "13.0.*"}, "software.cuda"), ({"driver": "595.*"}, "software.driver")]
)
def test_what_volta_cannot_have_is_said_in_two_wants(wish: dict[str, str], place: str) -> None:
    error = refused(gpus=("v100-32gb",), fabrics=(), nvswitch=("none",), software=wish)
    assert places(error) == {place, "gpu v100-32gb"}
    assert "V100" in (error.hint or "")


def test_volta_and_blackwell_in_one_lock_contradict_each_other_by_their_modules() -> None:
    error = refused(gpus=("v100-32gb", "b200-180gb"), software={})
    assert places(error) == {"gpu b200-180gb", "gpu v100-32gb"}
    assert "closed" in (error.hint or "")


def test_cuda_13_needs_branch_580() -> None:
    error = refused(software={"driver": "570.*", "cuda": "13.0.*"}, supported_only=False)
    assert places(error) == {"software.cuda", "software.driver"}


def test_the_first_drivers_of_a_branch_may_be_too_old_for_a_gpu_or_a_cuda() -> None:
    early = {"software": {"driver": "==570.86.15"}, "supported_only": False, "secure_only": False}
    error = refused(gpus=("b200-180gb",), nvswitch=("nvlink5-switch",), **early)
    assert "gpu b200-180gb" in places(error)
    assert resolved(**early).versions["driver"] == "570.86.15", "an H100 takes it"
    old = {"driver": "470.*", "cuda": "12.4.*"}
    wants = Wants(system="ubuntu-22.04", gpus=("a100-80gb",), software=old, supported_only=False)
    with pytest.raises(InputError) as caught:
        resolve(wants, load_software(), TODAY)
    assert places(caught.value) == {"software.cuda", "software.driver"}


def test_dma_buf_needs_the_open_module() -> None:
    error = refused(software={"module": "closed", "gpudirect": "dma-buf"})
    assert places(error) == {"software.gpudirect", "software.module"}


def test_a_branch_past_its_life_is_refused_until_the_policy_is_given_up() -> None:
    wish = {"driver": "535.*", "cuda": "12.4.*"}
    assert places(refused(software=wish)) == {"software.driver", "supported only"}
    assert resolved(software=wish, supported_only=False).versions["driver"] == "535.309.01"


def test_the_day_decides_what_is_alive_and_safe() -> None:
    wants = TRAINING.model_copy(update={"software": {"driver": "580.*", "cuda": "13.0.*"}})
    assert places(refused(software={"driver": "==580.126.20"})) == {"software.driver", "secure only"}
    before = resolve(
        wants.model_copy(update={"software": {"driver": "==580.126.20"}}), load_software(), dt.date(2026, 5, 1)
    )
    assert before.versions["driver"] == "580.126.20", "its bulletin was not published yet"
    late = dt.date(2028, 7, 1)
    with pytest.raises(InputError):
        resolve(wants, load_software(), late)


def test_the_installer_and_its_nccl_plugin_come_as_a_pair() -> None:
    asked = resolved(software={**TRAINING.software, "efa-installer": "==1.50.0"}).versions
    assert (asked["efa-installer"], asked["aws-ofi-nccl"]) == ("1.50.0", "1.21.1")


def test_kubernetes_brings_an_operator_and_its_own_toolkit_plugin_and_exporter() -> None:
    versions = resolved(schedulers=("kubernetes",), fabrics=(), software={"driver": "580.*"}).versions
    assert versions["gpu-operator"] == "26.7.0"
    assert (versions["device-plugin"], versions["container-toolkit"]) == ("0.20.0", "1.20.0")
    assert versions["kubernetes"] == "1.36.4"


def test_a_release_that_nobody_knows_is_answered_with_those_that_are_known() -> None:
    error = refused(software={"cuda": "14.0.*"})
    assert error.summary == "no version fits: cuda shall be 14.0.*"
    assert "13.5.37" in (error.hint or "")


def test_everything_unknown_is_named_at_once() -> None:
    error = refused(software={"cudda": "present"}, gpus=("h1000",), packages=("no-such",))
    assert places(error) == {"software.cudda", "gpu h1000", "software.packages"}


def test_an_image_without_digest_is_refused_and_a_known_one_is_taken() -> None:
    reference = "nvcr.io/nvidia/nemo:25.09.02"
    assert "no known digest" in refused(images=(reference,)).summary
    (problem,) = refused(images=("nvcr.io/nvidia/pytorch:26.07-py3",)).problems
    assert problem.hint == "the catalog has that of nvcr.io/nvidia/pytorch:25.10-py3"
    image = Image(digest="sha256:" + "a" * 64, stand_in=True)
    assert resolved(images=(reference,), known_images={reference: image}).lock.images == {reference: image}


def test_every_release_is_explained_and_the_better_one_it_did_not_get_too() -> None:
    found = resolved()
    assert found.reasons.keys() == found.versions.keys()
    assert found.reasons["cuda"].startswith("The best release that fits")
    assert "Not 13.5.37: cuda shall be 13.0.* (software.cuda)." in found.reasons["cuda"]
    assert "error 802" in found.reasons["fabric-manager"]


def test_further_packages_of_the_distribution_get_their_snapshot_version() -> None:
    wants = Wants(system="debian-trixie", target="local", gpus=("h100-80gb",), packages=("jq",), supported_only=False)
    lock = resolve(wants, load_software(), TODAY).lock
    assert lock.packages["jq"].role == "base"
    assert lock.packages["jq"].digest is not None


def test_on_debian_the_kernel_is_the_one_that_the_driver_compiles_against() -> None:
    wants = Wants(system="debian-trixie", target="on-prem", gpus=("a100-80gb",), supported_only=False)
    found = resolve(wants, load_software(), TODAY)
    assert found.versions["kernel"] == "6.12.94"
    assert "pci_resize_resource" in found.reasons["kernel"]


def test_the_bytes_do_not_depend_on_the_hash_seed() -> None:
    program = "from tests.unit.lock.test_resolve import *; print(dump_lock(resolved().lock))"
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=Path(__file__).parents[3],
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert outputs == {(dump_lock(resolved().lock) + "\n").encode()}


def test_what_has_no_package_on_a_system_is_not_offered_there() -> None:
    wants = Wants(system="debian-trixie", gpus=("h100-80gb",), nvswitch=("nvswitch",), supported_only=False)
    with pytest.raises(InputError) as caught:
        resolve(wants, load_software(), TODAY)
    assert places(caught.value) == {"system", "nvswitch nvswitch"}
    assert "fabric manager" in (caught.value.hint or "")


@pytest.mark.parametrize("system", ["ubuntu-22.04", "ubuntu-24.04", "rocky-9"])
@pytest.mark.parametrize("fabric", ["efa", "infiniband"])
def test_every_vendor_system_has_a_whole_training_stack(system: str, fabric: str) -> None:
    found = resolved(system=system, fabrics=(fabric,))
    assert {"driver", "fabric-manager", "cuda", "slurm", "pyxis", "dcgm"} <= found.versions.keys()
    assert all(package.version for package in found.lock.packages.values())
    assert not any("{" in text for n, p in found.lock.packages.items() for text in (n, p.version))


def test_a_snapshot_of_one_architecture_offers_nothing_to_another() -> None:
    wants = Wants(system="debian-trixie", architectures=("arm64",), gpus=("h100-80gb",), supported_only=False)
    with pytest.raises(InputError) as caught:
        resolve(wants, load_software(), TODAY)
    assert {"architecture arm64", "system"} <= places(caught.value)


def test_a_stack_without_gpus_gets_no_gpu_software() -> None:
    wants = Wants(system="ubuntu-24.04", target="aws", schedulers=("slurm",))
    assert resolve(wants, load_software(), TODAY).versions.keys() == {"slurm"}


def test_a_digest_in_the_reference_itself_is_taken_as_it_is() -> None:
    reference = "example.org/a/b:1@sha256:" + "c" * 64
    assert resolved(images=(reference,)).lock.images[reference].digest == "sha256:" + "c" * 64
