"""Decisions about GPU nodes: module, kernels, NVLink domains, packages, archives, containers, roles of a pool."""

from __future__ import annotations

import base64
import datetime as dt
from ipaddress import ip_address
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rackwright.catalog import load_catalog
from rackwright.catalog.gpus import arrange, mig_counts
from rackwright.catalog.software import load_software
from rackwright.configure.gpu.archives import builds
from rackwright.configure.gpu.containers import configuration_form, locked_digests, policy, toolkit_floor, way_of
from rackwright.configure.gpu.domains import channel_options, domain_addresses
from rackwright.configure.gpu.driver import kernel_packages, module_name, module_options, modules_at_boot
from rackwright.configure.gpu.libraries import is_cuda_runtime, nccl_settings
from rackwright.configure.gpu.repository import keyring
from rackwright.configure.variables.area import Site
from rackwright.configure.variables.base import repositories
from rackwright.configure.variables.gpu import AREA, gpu_settings
from rackwright.design.cluster import design_cluster
from rackwright.design.gpu_roles import gpu_roles
from rackwright.design.host_model import HostSettings
from rackwright.design.model import Design
from rackwright.design.node_model import GpuSettings, NodeSoftware
from rackwright.design.wants import wants_of
from rackwright.diagnostics import InputError
from rackwright.inventory import Host, Inventory
from rackwright.lock import resolve
from rackwright.lock.belonging import packages_for
from rackwright.lock.model import Archive, Lock, OperatingSystem, Package
from rackwright.spec.cluster import ClusterSpec
from rackwright.spec.scheduler import Slurm
from tests.unit.configure.sample import DIGEST, design, inventory, lock

UBUNTU = OperatingSystem(distribution="ubuntu", release="24.04")


def ubuntu(**software: str) -> Lock:
    return lock().model_copy(update={"os": UBUNTU, "software": software})


def with_software(target: Any = "aws", **wanted: Any) -> Design:
    return design(target).model_copy(update={"software": NodeSoftware(**wanted)})


def test_the_module_is_called_as_the_distribution_calls_it() -> None:
    closed = design().model_copy(update={"driver_module": "closed"})
    assert module_name(design(), lock()) == "nvidia-current-open"
    assert module_name(closed, lock()) == "nvidia-current"
    assert module_name(design("aws"), ubuntu()) == "nvidia"


def test_only_root_reads_counters_unless_the_spec_says_otherwise_and_its_own_options_win() -> None:
    assert module_options(design())["NVreg_RestrictProfilingToAdminUsers"] == 1
    assert module_options(with_software(profiling="all"))["NVreg_RestrictProfilingToAdminUsers"] == 0
    own = with_software(module_options={"NVreg_RestrictProfilingToAdminUsers": 0, "NVreg_DeviceFileMode": 432})
    assert module_options(own)["NVreg_RestrictProfilingToAdminUsers"] == 0
    assert module_options(own)["NVreg_DeviceFileMode"] == 432


def test_firmware_is_a_choice_of_the_closed_module_only() -> None:
    open_module = with_software(gsp=False)
    assert "NVreg_EnableGpuFirmware" not in module_options(open_module)
    closed = open_module.model_copy(update={"driver_module": "closed"})
    assert module_options(closed)["NVreg_EnableGpuFirmware"] == 0


def test_modules_beside_the_drivers_are_those_of_the_lock() -> None:
    assert modules_at_boot(design("aws"), ubuntu(gpudirect="dma-buf")) == ["nvidia", "nvidia-uvm"]
    everything = ubuntu(gpudirect="peermem", gdrcopy="2.6")
    assert modules_at_boot(design("aws"), everything) == ["nvidia", "nvidia-uvm", "nvidia_peermem", "gdrdrv"]


def test_gdrcopy_is_built_where_modules_are_compiled_and_nowhere_else() -> None:
    source = Archive(version="2.6", url="https://example.org/v2.6.tar.gz", digest=DIGEST, role="gpu_driver")
    with_it = ubuntu(gdrcopy="2.6").model_copy(update={"archives": {"gdrcopy": source}})
    for kernel_module, built in (("dkms", True), ("precompiled", False)):
        wanted = with_software(kernel_module=kernel_module)
        assert ("gdrdrv" in modules_at_boot(wanted, with_it)) is built
        told = AREA.of_groups(Site(inventory(), wanted, with_it, None))["gpu_driver"]
        folders = [one["folder"] for one in told["gpu_driver_gdrcopy"]]
        assert folders == (["/opt/rackwright/gdrcopy/2.6"] if built else [])


def test_each_kernel_needs_headers_or_a_module_that_was_compiled_for_it() -> None:
    assert kernel_packages(design("aws"), ubuntu()).prefix == "linux-headers-"
    assert kernel_packages(design("aws"), ubuntu()).compiles
    ready = kernel_packages(with_software(kernel_module="precompiled"), ubuntu())
    assert ready.prefix == "linux-modules-nvidia-r550-server-open-".replace("r550", design().driver_branch)
    assert not ready.compiles
    assert kernel_packages(design("local"), lock()).prefix == ""


@given(st.integers(1, 60), st.integers(1, 20))
def test_nvlink_domains_of_a_site_cover_every_node_once(nodes: int, size: int) -> None:
    addresses = tuple(f"10.0.0.{number + 10}" for number in range(nodes))
    pool = (
        design()
        .pool("train")
        .model_copy(update={"addresses": addresses, "nvlink_domain_nodes": size, "max_nodes": nodes})
    )
    hosts = tuple(
        Host(name=f"train-{n}", address=ip_address(one), pool="train", roles=frozenset({"imex"}))
        for n, one in enumerate(addresses)
    )
    site = Inventory(cluster="x", hosts=hosts)
    domains = [tuple(domain_addresses(host, pool, site)) for host in hosts]
    assert all(str(host.address) in domain for host, domain in zip(hosts, domains, strict=True))
    assert all(len(domain) <= size for domain in domains)
    assert sorted(one for domain in set(domains) for one in domain) == sorted(addresses)


def test_a_node_whose_domain_nobody_knows_is_alone_in_it_and_provisioning_may_say_more() -> None:
    pool = design().pool("train").model_copy(update={"nvlink_domain_nodes": 18, "max_nodes": 36})
    alone = [Host(name=f"t-{n}", address=ip_address(f"10.0.0.{n}"), pool="train", roles=frozenset()) for n in (4, 5)]
    assert domain_addresses(alone[0], pool, Inventory(cluster="x", hosts=tuple(alone))) == ["10.0.0.4"]
    named = tuple(host.model_copy(update={"vars": {"nvlink_domain": "us-1"}}) for host in alone)
    assert domain_addresses(named[0], pool, Inventory(cluster="x", hosts=named)) == ["10.0.0.4", "10.0.0.5"]


def test_a_layout_that_does_not_fit_is_refused_and_one_without_counts_fills_the_gpu() -> None:
    gpu = load_catalog().gpus["h100-80gb"]
    assert mig_counts(gpu, "1g.10gb") == {"1g.10gb": 7}
    assert mig_counts(gpu, "1x3g.40gb+1g.10gb") == {"1g.10gb": 4, "3g.40gb": 1}
    with pytest.raises(InputError, match="does not fit"):
        mig_counts(gpu, "2x3g.40gb+1x1g.10gb")


@given(st.sampled_from(["1g.10gb", "1g.20gb", "2g.20gb", "3g.40gb", "4g.40gb", "7g.80gb"]), st.integers(1, 7))
def test_counts_that_come_out_always_fit(profile: str, count: int) -> None:
    gpu = load_catalog().gpus["h100-80gb"]
    try:
        counts = mig_counts(gpu, f"{count}x{profile}+1g.10gb")
    except InputError:
        return
    assert arrange(gpu, [name for name, number in counts.items() for _ in range(number)]) is not None


def test_a_vgpu_takes_the_guest_driver_in_place_of_the_data_centres_and_no_settings_of_its_host() -> None:
    names = ("nvidia-open", "nvidia-open-580", "nvidia-driver-pinning-580.1", "nvidia-linux-grid-580", "nvidia-smi")
    packages = {name: Package(version="1", role="gpu_driver") for name in names}
    found = lock().model_copy(update={"packages": packages})
    assert set(packages_for({"gpu_driver", "vgpu"}, found)) == {"nvidia-linux-grid-580", "nvidia-smi"}
    assert set(packages_for({"gpu_driver"}, found)) == set(names)
    pool = design().pool("train").model_copy(update={"gpu_settings": GpuSettings(vgpu="h100-40c", power_limit_w=9)})
    assert gpu_settings(pool) == {"compute_mode": "default"}


def test_the_compilers_part_of_the_runtime_is_not_the_runtime() -> None:
    assert is_cuda_runtime("cuda-cudart-13-0")
    assert is_cuda_runtime("libcudart12")
    assert not is_cuda_runtime("cuda-cudart-dev-13-0")


def test_a_job_has_an_imex_channel_where_the_node_owns_imex_and_none_is_made_for_kubernetes() -> None:
    rack = lock().model_copy(update={"software": {**lock().software, "imex": "580.1"}})
    assert channel_options(design("on-prem"), rack) == {"NVreg_CreateImexChannel0": 1}
    kubernetes = NodeSoftware(imex_owner="kubernetes")
    assert channel_options(design("on-prem").model_copy(update={"software": kubernetes}), rack) == {}
    assert channel_options(design("on-prem"), lock()) == {}


def test_nccl_lets_the_switches_reduce_where_the_design_says_so() -> None:
    plain = design("on-prem")
    site = plain.model_copy(update={"fabric": plain.fabric.model_copy(update={"kind": "infiniband"})})
    assert nccl_settings(site)["NCCL_COLLNET_ENABLE"] == "1"
    assert "NCCL_COLLNET_ENABLE" not in nccl_settings(site.model_copy(update={"subnet": None}))


def test_sources_are_built_with_the_locked_cuda() -> None:
    (found,) = builds(lock(), NodeSoftware(), ["10.0", "9.0", "9.0"])
    assert found["program"] == "/opt/rackwright/nccl-tests/2.17.6/build/all_reduce_perf"
    assert "CUDA_HOME=/usr/local/cuda-12.4" in str(found["build"])
    both = "-gencode=arch=compute_90,code=sm_90 -gencode=arch=compute_100,code=sm_100"
    assert f"NVCC_GENCODE={both}" in str(found["build"]), "for the cluster's own GPUs and no others"


def test_a_site_with_a_mirror_takes_packages_and_archives_from_it() -> None:
    software = NodeSoftware(package_source="mirror", mirror="http://mirror.site/", mirror_key="-----BEGIN")
    (archive,) = builds(lock(), software, ["9.0"])
    assert archive["url"] == "http://mirror.site/files/v2.17.6.tar.gz"
    site = Site(inventory(), design("on-prem").model_copy(update={"software": software}), lock(), None)
    assert repositories(site) == [{"name": "mirror", "uri": "http://mirror.site/apt", "key": "-----BEGIN"}]
    elsewhere = Site(inventory(), design("on-prem"), lock(), None)
    assert repositories(elsewhere) == []


def test_a_pool_with_virtual_gpus_locks_the_guest_driver_beside_a_driver_of_the_same_release() -> None:
    wanted = spec("g6e.12xlarge", AWS, gpus={"vgpu": "l40s-48c"})
    found = resolve(
        wants_of(design_cluster(wanted, load_catalog()), wanted.software), load_software(), dt.date(2026, 11, 21)
    )
    assert found.versions["vgpu-guest-driver"] == found.versions["driver"]
    assert found.lock.packages["nvidia-linux-grid-580"].role == "vgpu"


@pytest.mark.parametrize(
    ("system", "architecture", "folder"),
    [
        (UBUNTU, "x86_64", "ubuntu2404/x86_64"),
        (UBUNTU, "arm64", "ubuntu2404/sbsa"),
        (OperatingSystem(distribution="debian", release="trixie"), "x86_64", "debian13/x86_64"),
    ],
)
def test_the_key_of_nvidias_repository_has_a_digest(system: OperatingSystem, architecture: str, folder: str) -> None:
    url, digest = keyring(system, architecture)
    assert f"/repos/{folder}/cuda-keyring" in url
    assert digest.startswith("sha256:")


def test_the_tuner_belongs_to_efa() -> None:
    assert "NCCL_TUNER_PLUGIN" in nccl_settings(design("aws"))
    other = design("aws").fabric.model_copy(update={"kind": "infiniband"})
    assert "NCCL_TUNER_PLUGIN" not in nccl_settings(design("aws").model_copy(update={"fabric": other}))


def test_containerd_2_has_another_form_and_a_verifier() -> None:
    assert configuration_form(ubuntu(containerd="1.7.24")) == 2
    assert configuration_form(ubuntu(containerd="2.0.1")) == 3
    assert locked_digests(lock()) == {"nvcr.io/nvidia/cuda": [lock().images[name].digest for name in lock().images]}


def test_the_floor_of_the_toolkit_is_the_newest_fix_of_all_bulletins() -> None:
    assert toolkit_floor() == "1.19.1"


def test_a_repository_with_a_key_must_be_signed_and_strict_data_admit_nothing_else() -> None:
    keys = {"nvcr.io/nvidia": "-----BEGIN PUBLIC KEY-----"}
    free: Any = policy(with_software(signature_keys=keys).model_copy(update={"hosts": HostSettings()}))
    strict: Any = policy(with_software(signature_keys=keys))
    assert free["default"] == [{"type": "insecureAcceptAnything"}]
    assert strict["default"] == [{"type": "reject"}]
    (required,) = strict["transports"]["docker"]["nvcr.io/nvidia"]
    assert required["type"] == "sigstoreSigned"
    assert base64.b64decode(required["keyData"]).decode() == keys["nvcr.io/nvidia"]
    without: Any = policy(with_software())
    assert "docker" not in without["transports"]


def test_an_image_is_fetched_by_what_can_use_its_key_and_check_its_signature() -> None:
    name = "nvcr.io/nvidia/pytorch:25.10-py3"
    signed = with_software(signature_keys={"nvcr.io/nvidia": "pem"})
    keyed = with_software(ngc_secret="cluster/ngc")  # the name of a secret
    assert way_of(name, with_software(), mirrored=False) == "containerd"
    assert way_of(name, signed, mirrored=True) == "skopeo"
    assert way_of(name, keyed, mirrored=False) == "skopeo"
    assert way_of(name, keyed, mirrored=True) == "containerd"
    assert way_of(name, with_software(containers="docker"), mirrored=False) == "docker"


def spec(
    machine: str,
    target: dict[str, Any],
    scheduler: str = "slurm",
    software: dict[str, Any] | None = None,
    **pool: Any,
) -> ClusterSpec:
    return ClusterSpec.model_validate(
        {
            "name": "x",
            "target": target,
            "data": {"classification": "internal"},
            "network": {"cidr": "10.0.0.0/16"},
            "pools": {
                "head": {"role": "control", "machine": "m7i.4xlarge", "nodes": 1},
                "train": {"role": "gpu", "machine": machine, "nodes": 2, **pool},
            },
            "scheduler": {"kind": scheduler},
            "software": software or {},
        }
    )


AWS = {"kind": "aws", "region": "us-east-1", "zone_ids": ["use1-az6"]}
LOCAL = {**AWS, "kind": "local"}


@pytest.mark.parametrize(
    ("machine", "has", "lacks"),
    [
        ("p5.48xlarge", {"fabric_manager", "nccl", "dcgm", "acceptance_tools"}, {"imex", "mig", "enroot", "pyxis"}),
        ("g6e.12xlarge", {"nvidia_repository", "dcgm"}, {"fabric_manager", "imex"}),
    ],
)
def test_services_of_nvlink_come_where_the_switches_are(machine: str, has: set[str], lacks: set[str]) -> None:
    wanted = spec(machine, AWS)
    found = set(gpu_roles(wanted, wanted.pools["train"], load_catalog().machine(machine), slurm=True))
    assert has <= found
    assert lacks.isdisjoint(found)


def test_a_rehearsal_has_only_what_the_distribution_has() -> None:
    wanted = spec("p5.48xlarge", LOCAL, mig="3g.40gb")
    machine = load_catalog().machine("p5.48xlarge")
    assert gpu_roles(wanted, wanted.pools["train"], machine, slurm=True) == ("mig",)
    assert gpu_roles(wanted, wanted.pools["head"], machine, slurm=True) == ()


@pytest.mark.parametrize(
    ("software", "asked", "there"),
    [
        ({}, None, False),
        ({"mirror": "https://mirror.example.org"}, None, True),
        ({"mirror": "https://mirror.example.org"}, False, False),
        ({}, True, True),
        ({"mirror": "https://mirror.example.org", "packages_from": "nvidia"}, None, False),
    ],
)
def test_jobs_run_in_containers_as_asked_or_where_a_mirror_has_the_packages(
    software: dict[str, str], asked: bool | None, there: bool
) -> None:
    wanted = spec("p5.48xlarge", AWS, software={"driver": "r580-open", **software})
    wanted = wanted.model_copy(update={"scheduler": Slurm(kind="slurm", pyxis=asked)})
    found = set(gpu_roles(wanted, wanted.pools["train"], load_catalog().machine("p5.48xlarge"), slurm=True))
    assert ({"enroot", "pyxis"} <= found) == there
    head = gpu_roles(wanted, wanted.pools["head"], load_catalog().machine("m7i.4xlarge"), slurm=True)
    assert ("pyxis" in head) == there


def test_under_kubernetes_no_job_runs_through_pyxis() -> None:
    wanted = spec("p5.48xlarge", AWS, "kubernetes")
    found = gpu_roles(wanted, wanted.pools["train"], load_catalog().machine("p5.48xlarge"), slurm=False)
    assert {"enroot", "pyxis"}.isdisjoint(found)


def test_a_system_for_which_nvidia_has_no_tools_gets_none_of_their_roles() -> None:
    wanted = spec("p5.48xlarge", AWS, software={"os": "debian-13", "driver": "r550-open"})
    found = set(design_cluster(wanted, load_catalog()).pool("train").ansible_roles)
    assert {"dcgm", "acceptance_tools"}.isdisjoint(found)
    assert "nccl" in found


def test_without_containers_there_is_no_runtime_and_nothing_to_pull() -> None:
    wanted = spec("p5.48xlarge", AWS, software={"containers": "none"})
    found = set(design_cluster(wanted, load_catalog()).pool("train").ansible_roles)
    assert {"container_runtime", "ngc", "docker", "enroot", "pyxis"}.isdisjoint(found)


def test_libraries_and_profilers_come_where_the_spec_asks_for_them() -> None:
    software = {"cudnn": "present", "tensorrt": "present", "profilers": True, "podman": True, "containers": "docker"}
    wanted = spec("p5.48xlarge", AWS, software=software)
    designed = design_cluster(wanted, load_catalog())
    assert {"cudnn", "tensorrt", "nsight", "podman", "docker"} <= set(designed.pool("train").ansible_roles)
    found = resolve(wants_of(designed, wanted.software, slurm=wanted.slurm), load_software(), dt.date(2026, 11, 21))
    roles = {package.role for package in found.lock.packages.values()}
    assert {"cudnn", "tensorrt", "nsight"} <= roles
    assert found.lock.archives["nsight-systems"].role == "nsight"
