"""Wheels of the lock: which role takes them, with which digests, from where, and which the resolver offers at all."""

from __future__ import annotations

import datetime as dt

import pytest

from rackwright.catalog.gpu_repository import WHEEL_INDEX
from rackwright.catalog.software import WHEELS, System, load_software
from rackwright.configure.gpu.wheels import wheel_source, wheels_of
from rackwright.configure.host.tools import tools_of
from rackwright.design.node_model import NodeSoftware
from rackwright.diagnostics import InputError
from rackwright.lock import resolve
from rackwright.lock.belonging import packages_for
from rackwright.lock.bill import as_cyclonedx
from rackwright.lock.model import Lock, Package
from rackwright.lock.wants import Wants
from tests.unit.configure.sample import lock


def locked(system: System, software: dict[str, str]) -> Lock:
    wants = Wants(
        system=system,
        target="local",
        architectures=("x86_64",),
        gpus=("h100-80gb",),
        software=software,
        supported_only=False,
        secure_only=False,
    )
    return resolve(wants, load_software(), dt.date(2026, 11, 21)).lock


def test_a_wheel_is_no_package_of_the_system_and_its_role_gets_it() -> None:
    digest = "sha256:" + "b" * 64
    wheel = Package(version="11.3.0.99", role="tensorrt", source="nvidia-pypi", digest=digest)
    found = lock().model_copy(update={"packages": {"tensorrt-cu13-libs": wheel}})
    assert packages_for({"tensorrt"}, found) == {}
    assert wheels_of("tensorrt", found) == [f"tensorrt-cu13-libs==11.3.0.99 --hash={digest}"]
    assert wheels_of("cudnn", found) == []
    assert tools_of({"tensorrt"}, found) == ["python3-pip"]
    assert tools_of({"cudnn"}, found) == []


def test_wheels_come_from_the_vendors_index_from_the_nodes_own_or_from_the_sites_mirror() -> None:
    packages = {
        "tensorrt-cu13-libs": Package(version="11.3.0.99", role="tensorrt", source="nvidia-pypi"),
        "nvidia-cudnn-cu12": Package(version="9.20.0.48", role="cudnn", source="pypi"),
    }
    found = lock().model_copy(update={"packages": packages})
    assert wheel_source("tensorrt", found, NodeSoftware()) == [f"--index-url={WHEEL_INDEX}"]
    assert wheel_source("cudnn", found, NodeSoftware()) == []
    mirror = NodeSoftware(package_source="mirror", mirror="http://mirror.site:8080/rw/")
    page = "--find-links=http://mirror.site:8080/rw/wheels/index.html"
    for role in ("cudnn", "tensorrt"):
        assert wheel_source(role, found, mirror) == ["--no-index", page, "--trusted-host=mirror.site:8080"]


def test_every_wheel_that_the_resolver_can_choose_has_a_digest() -> None:
    products = load_software().products.values()
    named = [(product, name) for product in products for name in product.packages if name.source in WHEELS]
    assert {product.name for product, _ in named} == {"cudnn", "tensorrt"}
    for product, name in named:
        assert set(name.digests) <= {release.version for release in product.releases}
    for product in {product.name: product for product, _ in named}.values():
        for release in product.releases:
            offered = [name for _, name in named if name in product.packages and release.version in name.digests]
            assert offered, f"{product.name} {release.version} has no wheel that can be checked"


@pytest.mark.parametrize(
    ("cuda", "name", "version"),
    [("12.*", "tensorrt-cu12-libs", "10.16.1.11"), ("13.*", "tensorrt-cu13-libs", "11.3.0.99")],
)
def test_tensorrt_is_locked_by_the_digest_of_the_wheel_for_its_cuda(cuda: str, name: str, version: str) -> None:
    found = locked("ubuntu-24.04", {"cuda": cuda, "tensorrt": "present"}).packages[name]
    assert (found.version, found.source) == (version, "nvidia-pypi")
    assert found.digest is not None


def test_cudnn_on_debian_is_a_wheel_with_a_digest_and_the_distributions_cublas() -> None:
    found = locked("debian-trixie", {"cuda": "present", "cudnn": "present"}).packages
    assert found["nvidia-cudnn-cu12"].is_wheel
    assert found["nvidia-cudnn-cu12"].digest is not None
    assert {name for name, package in found.items() if package.role == "cudnn"} == {
        "libcublas12",
        "libcublaslt12",
        "nvidia-cudnn-cu12",
    }
    assert not locked("ubuntu-24.04", {"cuda": "12.*", "cudnn": "present"}).packages["libcudnn9-cuda-12"].is_wheel


def test_a_release_whose_digest_nobody_has_read_is_not_offered() -> None:
    with pytest.raises(InputError) as caught:
        locked("ubuntu-24.04", {"cuda": "13.*", "tensorrt": "==11.4.0.106"})
    assert "tensorrt" in str(caught.value.problems)


def test_the_bill_of_materials_says_which_index_a_wheel_is_from() -> None:
    wheel = Package(version="11.3.0.99", role="tensorrt", source="nvidia-pypi")
    found = as_cyclonedx(lock().model_copy(update={"packages": {"tensorrt-cu13-libs": wheel}}), "sample")
    assert "pkg:pypi/tensorrt-cu13-libs@11.3.0.99?repository_url=https%3A%2F%2Fpypi.nvidia.com" in found
