"""A small cluster for the tests of configuration: one head node, two GPU nodes; on the local cloud or on AWS."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Literal

from rackwright.design.host_model import FabricSubnet, HostSettings, Person, PosixGroup
from rackwright.design.host_roles import EVERYWHERE, WHEN_STRICT
from rackwright.design.model import Cost, Design, FabricSummary, Network, Pool, Power, Scheduler, Storage
from rackwright.design.node_model import GpuSettings
from rackwright.inventory import Host, Inventory
from rackwright.lock.model import Archive, Image, Lock, OperatingSystem, Package

HOST_ROLES = (*EVERYWHERE, "mfa", *WHEN_STRICT)
HEAD_ROLES = ("base", "munge", "slurm_controller", "node_exporter", *HOST_ROLES)
GPU_ROLES = (
    *HOST_ROLES,
    *("base", "gpu_driver", "cuda", "container_runtime", "ngc"),
    *("munge", "slurm_node", "node_exporter"),
)
VENDOR_ROLES = (
    *("nvidia_repository", "vgpu", "fabric_manager", "imex", "mig", "dcgm", "cudnn", "tensorrt", "nccl"),
    *("nsight", "acceptance_tools", "docker", "podman", "enroot", "pyxis", "gpu_metrics"),
)
"""Roles of GPU nodes for which only NVIDIA has the packages: no machine of the local cloud runs them in a rehearsal."""
SITE_ROLES = (
    *("base", "munge", "slurm_login", "slurm_power"),
    *(
        "fabric_efa",
        "fabric_infiniband",
        "subnet_manager",
        "roce",
        *("nfs_server", "object_store", "storage_scratch", "storage_nfs", "storage_lustre"),
    ),
)
"""Roles of nodes that the two machines of a rehearsal are not: of a site's fabric and storage, and for logging in."""
IMAGE = "nvcr.io/nvidia/cuda:13.0.0-base-ubuntu24.04"
DIGEST = "sha256:" + "a" * 64
ARCHIVE = Archive(version="2.17.6", url="https://example.org/v2.17.6.tar.gz", digest=DIGEST, role="acceptance_tools")


KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB0000000000000000000000000000000000000000000 ada@example.org"
HOSTS = HostSettings(
    people=(
        Person(name="ada", uid=30001, groups=("admins",), keys=(KEY,)),
        Person(name="ben", uid=30002, groups=("researchers",)),
    ),
    groups=(PosixGroup(name="admins", gid=30010, sudo=("ALL",)), PosixGroup(name="researchers", gid=30011)),
    second_factor=True,
    strict=True,
    frameworks=("cis",),
    admin_networks=("198.51.100.0/24",),
)


SUBNET = FabricSubnet(
    manager=True,
    opensm="# of the tests\nsm_priority 14\n",
    partitions="Default=0x7fff, ipoib, defmember=full : ALL, ALL_SWITCHES=full, SELF=full;\n",
    ipoib="10.60.0.0/16",
    sharp=True,
)


STORAGE = (
    Storage(name="scratch", kind="fsx-lustre", mount="/fsx"),
    Storage(name="home", kind="efs", mount="/shared/home", tls=True),
    Storage(name="site", kind="nfs", mount="/site", server="192.0.2.5", export="/export", tls=True, version="4.2"),
    Storage(name="own", kind="nfs-server", mount="/own", server="10.40.2.10", export="/srv/nfs", user_quota_gib=100),
    Storage(name="objects", kind="object-store", server="10.40.2.10", export="/srv/objects"),
    Storage(name="local", kind="nvme-raid0", mount="/scratch"),
)


def pool(name: str, role: Literal["control", "gpu"], gpus: int, nodes: int) -> Pool:
    return Pool(
        name=name,
        role=role,
        machine="p5.48xlarge" if gpus else "m7i.4xlarge",
        min_nodes=nodes,
        max_nodes=nodes,
        subnet="gpu-a",
        architecture="x86_64",
        vcpus=192 if gpus else 16,
        memory_gib=2048 if gpus else 64,
        gpus=gpus,
        gpu_model="h100-80gb" if gpus else None,
        gres_type="h100" if gpus else None,
        mig="1x3g.40gb+2x2g.20gb" if gpus else "none",
        gpu_settings=GpuSettings(power_limit_w=650),
        ansible_roles=GPU_ROLES if gpus else HEAD_ROLES,
    )


def design(target: Literal["aws", "on-prem", "local"] = "local", nodes: int = 2) -> Design:
    return Design(
        name="sample",
        target=target,
        classification="internal",
        compliance=(),
        network=Network(cidr="10.40.0.0/16", zone_ids=("use1-az6",), subnets=()),
        pools=(pool("head", "control", 0, 1), pool("train", "gpu", 8, nodes)),
        storage=STORAGE,
        scheduler=Scheduler(kind="slurm"),
        driver_branch="r550",
        driver_module="open",
        cuda="12.4",
        images=(IMAGE,),
        retention_days=365,
        hosts=HOSTS,
        subnet=SUBNET,
        tags={},
        cost=Cost(usd_per_hour=0, by_pool={}, storage_usd_per_hour=0, not_priced=(), priced_on="2026-11-21"),
        power=Power(it_kw=0, facility_kw=0, pue=1.2, not_known=()),
        fabric=FabricSummary(kind="efa", per_node_gbps=3200, endpoints=64),
    )


def inventory(nodes: int = 2) -> Inventory:
    head = Host(name="head-1", address=ip_address("10.40.0.10"), pool="head", roles=frozenset(HEAD_ROLES))
    gpu = [
        Host(
            name=f"train-{number}",
            address=ip_address(f"10.40.1.{10 + number}"),
            pool="train",
            roles=frozenset((*GPU_ROLES, *VENDOR_ROLES)),
        )
        for number in range(1, nodes + 1)
    ]
    return Inventory(cluster="sample", hosts=(head, *gpu))


def whole_inventory() -> Inventory:
    """The cluster with one more host, so that every role has one."""
    other = Host(name="site-1", address=ip_address("10.40.2.10"), pool="train", roles=frozenset(SITE_ROLES))
    return Inventory(cluster="sample", hosts=(*inventory().hosts, other))


def lock() -> Lock:
    return Lock(
        os=OperatingSystem(distribution="debian", release="trixie"),
        packages={
            "chrony": Package(version="4.6.1-3", role="base"),
            "libcudart12": Package(version="12.4.127~12.4.1-2", role="cuda", held=True),
            "munge": Package(version="0.5.16-1", role="munge"),
            "nvidia-container-toolkit": Package(version="1.20.1-1", role="container_runtime", source="built"),
            "nvidia-open-kernel-dkms": Package(version="550.163.01-2", role="gpu_driver", held=True),
            "nvidia-smi": Package(version="550.163.01-2", role="gpu_driver", held=True),
        },
        images={IMAGE: Image(digest=DIGEST, stand_in=True)},
        software={"driver": "550.163.01", "fabric-manager": "550.163.01", "cuda": "12.4.127", "nccl": "2.22.3"},
        archives={"nccl-tests": ARCHIVE},
    )
