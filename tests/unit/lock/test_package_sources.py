"""Every system of the nodes with every source of packages: a lock with a supported driver, or one message why not."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import get_args

import pytest

from rackwright.catalog import load_catalog
from rackwright.catalog.operating_systems import SYSTEMS
from rackwright.catalog.software import System, load_software
from rackwright.configure.gpu.driver import module_name
from rackwright.configure.gpu.repository import keyring
from rackwright.design import design_cluster
from rackwright.design.gpu_roles import NVIDIA_HAS
from rackwright.design.wants import wants_of
from rackwright.diagnostics import InputError
from rackwright.lock import Lock, resolve
from rackwright.spec import ClusterSpec, load_spec
from rackwright.spec.software import SoftwareSpec

TODAY = dt.date(2026, 11, 21)
STACK = load_spec(Path(__file__).parents[3] / "stacks/g6e-dev.yaml")
R580 = {"driver": "r580-open", "cuda": "13.0"}
R595 = {"driver": "r595-open", "cuda": "13.2"}
MIRROR = {"packages_from": "mirror", "mirror": "http://mirror.example.org"}


def stack(**software: object) -> ClusterSpec:
    return STACK.model_copy(update={"software": SoftwareSpec.model_validate(software)})


def locked(**software: object) -> Lock:
    spec = stack(**software)
    wants = wants_of(design_cluster(spec, load_catalog()), spec.software, slurm=spec.slurm)
    return resolve(wants, load_software(), TODAY).lock


def refused(**software: object) -> InputError:
    with pytest.raises(InputError) as caught:
        locked(**software)
    return caught.value


@pytest.mark.parametrize("source", [{"packages_from": "nvidia"}, MIRROR], ids=["nvidia", "mirror"])
@pytest.mark.parametrize(
    ("system", "wish", "packages"),
    [
        ("debian-12", R580, {"nvidia-kernel-open-dkms": "580.173.02-1", "cuda-cudart-13-0": "13.0.96-1"}),
        ("debian-13", R595, {"nvidia-kernel-open-dkms": "595.91.07-1", "cuda-cudart-13-2": "13.2.86-1"}),
        ("ubuntu-22.04", R580, {"nvidia-open": "580.173.02-1ubuntu1", "cuda-cudart-13-0": "13.0.96-1"}),
        ("ubuntu-24.04", R580, {"nvidia-open": "580.173.02-1ubuntu1", "cuda-cudart-13-0": "13.0.96-1"}),
        ("rocky-9", R580, {"nvidia-open": "3:580.173.02-1.el9", "cuda-cudart-13-0": "13.0.96-1"}),
    ],
)
def test_nvidias_repository_or_a_mirror_of_it_gives_every_system_a_supported_driver(
    system: str, wish: dict[str, str], packages: dict[str, str], source: dict[str, str]
) -> None:
    lock = locked(os=system, **wish, **source)
    assert {name: lock.packages[name].version for name in packages} == packages
    assert {lock.packages[name].source for name in packages} == {"nvidia"}
    assert module_name(design_cluster(stack(os=system, **wish), load_catalog()), lock) == "nvidia"
    known = SYSTEMS[system]
    assert (lock.os.distribution, lock.os.release) == (known.distribution, known.release)


@pytest.mark.parametrize("system", ["ubuntu-22.04", "ubuntu-24.04", "rocky-9"])
def test_a_distribution_that_packages_nothing_of_nvidias_is_refused_by_the_key_of_the_spec(system: str) -> None:
    error = refused(os=system, packages_from="distribution", **R580)
    assert error.where == "software.packages_from"
    assert f"{system} packages none of NVIDIA's software" in error.summary


@pytest.mark.parametrize(
    ("system", "wish", "driver", "ended"),
    [
        ("debian-12", {"driver": "r535-closed", "cuda": "11.8"}, "535.309.01", "2026-06-30"),
        ("debian-13", {"driver": "r550-open", "cuda": "12.4"}, "550.163.01", "2025-06-30"),
    ],
)
def test_debians_own_driver_is_past_its_life_and_the_message_says_when_it_ended(
    system: str, wish: dict[str, str], driver: str, ended: str
) -> None:
    error = refused(os=system, packages_from="distribution", **wish)
    assert f"{driver} is past its end of life ({ended})" in (error.hint or "")


def test_a_branch_that_debian_does_not_package_is_refused_with_what_it_has() -> None:
    error = refused(os="debian-13", packages_from="distribution", **R580)
    assert "is not offered for debian-trixie, which has 550.163.01" in (error.hint or "")


def test_nvidias_repository_for_debian_13_begins_with_branch_590_and_the_message_says_so() -> None:
    error = refused(os="debian-13", packages_from="nvidia", driver="r580-open", cuda="13.1")
    assert "which has 595.91.07, 595.71.05, 590.48.01" in (error.hint or "")
    assert "with NVIDIA's packages" in "".join(problem.summary for problem in error.problems)


def test_what_was_not_read_from_the_index_says_so_in_the_lock() -> None:
    package = locked(os="debian-12", packages_from="nvidia", **R580).packages["nvidia-driver-pinning-580.173.02"]
    assert "not certain" in (package.why or "")


@pytest.mark.parametrize("system", ["debian-12", "debian-13", "ubuntu-22.04", "ubuntu-24.04"])
def test_every_system_with_apt_has_the_package_of_nvidias_key_with_a_digest(system: str) -> None:
    source = {"driver": "r595-open", "cuda": "13.2", "packages_from": "nvidia"}
    url, digest = keyring(locked(os=system, **source).os, "x86_64")
    assert f"/{SYSTEMS[system].nvidia}/x86_64/cuda-keyring_1.1-1_all.deb" in url
    assert digest.startswith("sha256:")


def test_the_words_of_the_spec_are_those_of_the_table_and_the_catalog_knows_them_all() -> None:
    annotation = SoftwareSpec.model_fields["os"].annotation
    assert set(get_args(get_args(annotation)[0])) == SYSTEMS.keys()
    assert {system.catalog for system in SYSTEMS.values()} <= set(get_args(System))


PRODUCTS = {"dcgm": "dcgm", "nsight": "nsight-compute", "acceptance_tools": "nccl-tests", "nccl": "nccl"}


@pytest.mark.parametrize("role", sorted(PRODUCTS))
def test_a_role_is_given_to_the_systems_for_which_the_catalog_has_its_packages(role: str) -> None:
    product = load_software().products[PRODUCTS[role]]
    offered = {
        name
        for name, system in SYSTEMS.items()
        for word in (system.catalog, f"{system.catalog}+nvidia")
        if system.distribution != "al2023" and any(product.is_offered(one, word) for one in product.releases)
    }
    assert NVIDIA_HAS[role] == offered


@pytest.mark.parametrize(("system", "wish"), [("debian-12", R580), ("debian-13", R595)])
def test_debian_has_nvidias_profilers_from_nvidias_repository(system: str, wish: dict[str, str]) -> None:
    lock = locked(os=system, packages_from="nvidia", profilers=True, **wish)
    assert lock.packages["nsight-compute-2025.4.0"].source == "nvidia"
    assert lock.archives["nsight-systems"].role == "nsight"
