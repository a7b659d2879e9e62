"""Drivers, CUDA, and what depends on them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rackwright.catalog.security import load_floors
from rackwright.catalog.software import load_software
from rackwright.catalog.version import version_order
from rackwright.preflight.rule import Fault, Severity, rule
from rackwright.preflight.view import View

CUDA_13_BRANCH = 580

CUDA_BRANCH = {"11": 450, "12.0": 525, "12.1": 525, "12.2": 525, "12.3": 525, "12.4": 525, "12": 525, "13": 580}
"""First driver branch that runs a CUDA release (minor-version compatibility within a major release).
Source: https://docs.nvidia.com/deploy/cuda-compatibility/minor-version-compatibility.html, read 2026-11-21."""

_VERSIONS = (
    *("driver_version", "fabric_manager", "imex", "nccl", "efa_installer", "aws_ofi_nccl", "doca", "dcgm", "kernel"),
    "container_toolkit",
)

_DRIVER_PACKAGES = re.compile(
    r"^(nvidia-(driver|open|kernel|dkms|utils|headless)|cuda-drivers|nvidia-fabric|libnvidia)"
)


def _named(view: View) -> Iterator[tuple[str, str]]:
    for key in _VERSIONS:
        version = getattr(view.spec.software, key)
        if version is not None:
            yield key, version


@rule("RW-SW-001")
def driver_runs_cuda(view: View) -> Iterator[Fault]:
    """The driver branch runs the CUDA release.

    CUDA 13 needs branch 580, CUDA 12 branch 525; with an older one every program ends with "driver version is
    insufficient".

    Source: https://docs.nvidia.com/deploy/cuda-compatibility/minor-version-compatibility.html
    """
    software = view.spec.software
    needed = CUDA_BRANCH.get(software.cuda) or CUDA_BRANCH.get(software.cuda.partition(".")[0], 0)
    if view.nvidia_pools and software.driver_branch < needed:
        summary = f"CUDA {software.cuda} needs driver branch {needed}, the spec has {software.driver_branch}"
        yield Fault(("software", "cuda"), summary, f"use driver: r{needed}-open, or an older cuda")


@rule("RW-SW-002")
def driver_knows_the_gpu(view: View) -> Iterator[Fault]:
    """The driver branch knows the GPU.

    Blackwell begins with 570, B300 with 580; an older driver does not bind to the card.

    Source: https://docs.nvidia.com/datacenter/tesla/drivers/615/supported-drivers-and-cuda-toolkit-versions.html;
    https://github.com/NVIDIA/cloud-native-docs/pull/184
    """
    branch = view.spec.software.driver_branch
    for pool in view.nvidia_pools:
        if pool.gpu and branch < pool.gpu.min_branch:
            summary = (
                f"driver {branch} does not know the {pool.gpu.title} of pool '{pool.name}', {pool.gpu.min_branch} does"
            )
            yield Fault(("software", "driver"), summary, f"use r{pool.gpu.min_branch} or newer")


@rule("RW-SW-003")
def driver_still_supports_the_gpu(view: View) -> Iterator[Fault]:
    """The driver branch has not dropped the GPU.

    Maxwell, Pascal and Volta (DGX-1, DGX-2) end with branch 580.

    Source: https://docs.nvidia.com/datacenter/tesla/drivers/ (580 is the last branch for Volta)
    """
    branch = view.spec.software.driver_branch
    for pool in view.nvidia_pools:
        last = pool.gpu.max_branch if pool.gpu else None
        if last is not None and branch > last:
            summary = f"driver {branch} no longer supports pool '{pool.name}', the last is {last}"
            yield Fault(("software", "driver"), summary, f"use r{last}-closed")


@rule("RW-SW-004")
def module_drives_the_gpu(view: View) -> Iterator[Fault]:
    """The kind of kernel module drives the GPU.

    Blackwell and Grace Hopper work with the open module only, Volta with the closed one only.

    Source: https://developer.nvidia.com/blog/nvidia-transitions-fully-towards-open-source-gpu-kernel-modules/
    """
    module = view.spec.software.driver_module
    for pool in view.nvidia_pools:
        if pool.gpu and pool.gpu.module not in {"either", module}:
            summary = f"the {pool.gpu.title} of pool '{pool.name}' needs the {pool.gpu.module} module, not {module}"
            branch = max(view.spec.software.driver_branch, pool.gpu.min_branch)
            yield Fault(("software", "driver"), summary, f"use r{branch}-{pool.gpu.module}")


@rule("RW-SW-005")
def driver_branch_is_alive(view: View) -> Iterator[Fault]:
    """The driver branch still gets fixes.

    R535 ended in June 2026; R580 lives until June 2028.

    Source: https://docs.nvidia.com/datacenter/tesla/drivers/615/supported-drivers-and-cuda-toolkit-versions.html
    """
    branch = str(view.spec.software.driver_branch)
    product = load_software().products.get("driver")
    line = product.line_of(f"{branch}.0") if product else None
    ended = line.end_of_life if line else None
    if view.loads_driver and ended and ended < view.today:
        yield Fault(("software", "driver"), f"branch {branch} got its last fix on {ended}", "use r580-open")


@rule("RW-SW-006")
def driver_version_is_of_the_branch(view: View) -> Iterator[Fault]:
    """A pinned driver release belongs to the branch.

    Source: https://docs.nvidia.com/datacenter/tesla/drivers/ (a branch is the first number of its releases)
    """
    software = view.spec.software
    if software.driver_version and not software.driver_version.startswith(f"{software.driver_branch}."):
        summary = f"driver_version {software.driver_version} is not of branch {software.driver_branch}"
        yield Fault(("software", "driver_version"), summary, "make them agree")


@rule("RW-SW-007")
def versions_are_safe(view: View) -> Iterator[Fault]:
    """Pinned driver, container toolkit and DCGM have the fixes of NVIDIA's security bulletins.

    Container toolkit below 1.19.1 lets a container out (CVE-2026-24260); drivers before the bulletin's version let a
    user read other users' memory.

    Source: https://www.nvidia.com/en-us/security/ (bulletins 5850, 5659, 5857)
    """
    products = {"driver_version": "driver", "container_toolkit": "container-toolkit", "dcgm": "dcgm"}
    floors = load_floors()
    for key, version in _named(view):
        fix = floors.floor(products[key], version, view.today) if key in products else None
        if fix and version_order(version) < version_order(fix.fixed):
            summary = f"{key} {version} is below the safe {fix.fixed} ({', '.join(fix.cves[:2])})"
            yield Fault(("software", key), summary, f"leave {key} out, or use {fix.fixed}")


@rule("RW-SW-008")
def fabric_manager_equals_the_driver(view: View) -> Iterator[Fault]:
    """Fabric manager has exactly the driver's release.

    It compares them when it starts and gives up; without it CUDA ends with error 802 on NVSwitch machines.

    Source: https://github.com/NVIDIA/gpu-operator/issues/544
    """
    software = view.spec.software
    if software.fabric_manager and software.fabric_manager != software.driver_version:
        pinned = software.driver_version or "not pinned"
        summary = f"fabric_manager is {software.fabric_manager}, the driver is {pinned}"
        yield Fault(("software", "fabric_manager"), summary, "leave fabric_manager out")


@rule("RW-SW-009")
def imex_equals_the_driver(view: View) -> Iterator[Fault]:
    """IMEX has exactly the driver's release.

    Source: https://github.com/kubernetes-sigs/dra-driver-nvidia-gpu/issues/892;
    https://docs.nvidia.com/multi-node-nvlink-systems/imex-guide/
    """
    software = view.spec.software
    if software.imex and software.imex != software.driver_version:
        summary = f"imex is {software.imex}, the driver is {software.driver_version or 'not pinned'}"
        yield Fault(("software", "imex"), summary, "leave imex out")


@rule("RW-SW-010", Severity.WARNING)
def fabric_manager_has_switches(view: View) -> Iterator[Fault]:
    """Fabric manager is pinned only where machines have NVSwitch.

    Elsewhere it fails with "nothing to do" and marks healthy nodes as broken.

    Source: https://github.com/NVIDIA/gpu-operator/issues/610
    """
    switches = any(pool.machine.nvswitch in {"nvswitch", "nvlink5-switch"} for pool in view.pools)
    if view.spec.software.fabric_manager and not switches:
        yield Fault(("software", "fabric_manager"), "no machine has NVSwitch of its own", "leave fabric_manager out")


@rule("RW-SW-011")
def cuda_knows_the_gpu(view: View) -> Iterator[Fault]:
    """The CUDA release knows the GPU.

    Blackwell begins with CUDA 12.8; Volta ends with 12.9. Programs otherwise find "no kernel image".

    Source: https://docs.nvidia.com/cuda/cuda-toolkit-release-notes/index.html
    """
    cuda = view.spec.software.cuda
    for pool in view.nvidia_pools:
        gpu = pool.gpu
        if gpu and version_order(cuda) < version_order(gpu.min_cuda):
            yield Fault(
                ("software", "cuda"), f"CUDA {cuda} does not know the {gpu.title}", f"use {gpu.min_cuda} or newer"
            )
        elif gpu and gpu.max_cuda and version_order(cuda) > version_order(gpu.max_cuda):
            yield Fault(("software", "cuda"), f"CUDA {cuda} no longer knows the {gpu.title}", f"use {gpu.max_cuda}")


@rule("RW-SW-012")
def dcgm_knows_the_driver(view: View) -> Iterator[Fault]:
    """DCGM is version 4 with driver 580 or newer.

    DCGM 3.3.9 with driver 580 drained every node after each job.

    Source: https://github.com/GoogleCloudPlatform/cluster-toolkit/pull/5821
    """
    software = view.spec.software
    if software.dcgm and software.driver_branch >= CUDA_13_BRANCH and version_order(software.dcgm) < version_order("4"):
        summary = f"dcgm {software.dcgm} with driver {software.driver_branch}, at least 4"
        yield Fault(("software", "dcgm"), summary, "leave dcgm out")


@rule("RW-SW-013")
def packages_are_held(view: View) -> Iterator[Fault]:
    """Driver, fabric and kernel packages are held, or nothing upgrades by itself.

    A night's unattended upgrade of the driver library left 269 pods restarting against the old kernel module.

    Source: https://github.com/pando85/homelab/issues/4110, https://github.com/aws/aws-parallelcluster/issues/4127
    """
    software = view.spec.software
    if not software.hold and software.unattended_upgrades != "off":
        summary = "hold is false while unattended upgrades run"
        yield Fault(("software", "hold"), summary, "set hold: true, or unattended_upgrades: off")


@rule("RW-SW-014")
def dma_buf_has_the_open_module(view: View) -> Iterator[Fault]:
    """DMA-BUF goes with the open kernel module.

    The closed one does not export GPU memory that way; traffic silently goes through the host.

    Source: https://docs.nvidia.com/datacenter/cloud-native/gpu-operator/latest/gpu-operator-rdma.html;
    https://github.com/NVIDIA/nccl/issues/1939
    """
    software = view.spec.software
    multi = any(pool.most > 1 for pool in view.nvidia_pools)
    if multi and software.gpudirect == "dma-buf" and software.driver_module == "closed":
        yield Fault(("software", "gpudirect"), "dma-buf with the closed module", "use peermem, or an open driver")


@rule("RW-SW-015", Severity.WARNING)
def peermem_is_not_needed(view: View) -> Iterator[Fault]:
    """GPUDirect does not go through nvidia-peermem where DMA-BUF works.

    The module can be loaded and not registered; nothing tells but the bandwidth.

    Source: https://github.com/NVIDIA/nccl/issues/1939; https://github.com/Mellanox/nv_peer_memory/issues/116
    """
    software = view.spec.software
    if software.gpudirect == "peermem" and software.driver_module == "open":
        yield Fault(("software", "gpudirect"), "peermem with the open module", "use dma-buf")


@rule("RW-SW-016")
def storage_path_has_the_open_module(view: View) -> Iterator[Fault]:
    """GPUDirect Storage goes with the open kernel module.

    nvidia-fs from 2.17.5 on is built against the open module only.

    Source: https://docs.nvidia.com/datacenter/cloud-native/gpu-operator/latest/gpu-operator-rdma.html
    """
    if view.spec.software.gpudirect_storage and view.spec.software.driver_module == "closed":
        yield Fault(("software", "gpudirect_storage"), "GPUDirect Storage with the closed module", "use an open driver")


@rule("RW-SW-029")
def versions_do_not_float(view: View) -> Iterator[Fault]:
    """Pinned versions are versions.

    `latest` means another thing next week, and two nodes of one cluster differ.

    Source: https://github.com/GoogleCloudPlatform/cluster-toolkit/issues/3032 (latest driver broke TCPX)
    """
    for key, version in _named(view):
        if not re.match(r"^\d", version):
            yield Fault(("software", key), f"{key} is '{version}', which is not a version", f"leave {key} out")


@rule("RW-SW-030")
def air_gap_has_a_mirror(view: View) -> Iterator[Fault]:
    """An air-gapped cluster has a mirror, reached over TLS.

    Source: https://github.com/NVIDIA/deepops/blob/master/docs/airgap/README.md; NIST SP 800-53 SI-7
    """
    software = view.spec.software
    if software.air_gapped and not (software.mirror or "").startswith("https://"):
        summary = f"air_gapped is true and mirror is {software.mirror or 'not given'}"
        yield Fault(("software", "mirror"), summary, "name an https:// mirror")


@rule("RW-SW-031", Severity.WARNING)
def driver_stays_loaded(view: View) -> Iterator[Fault]:
    """The driver stays loaded between jobs.

    Without persistence each job starts the GPUs anew: seconds on an 8-GPU node, and ECC counters are lost.

    Source: https://docs.nvidia.com/deploy/driver-persistence/
    """
    if view.loads_driver and not view.spec.software.persistence:
        yield Fault(("software", "persistence"), "persistence is false", "set it to true")


@rule("RW-SW-034")
def racks_have_a_driver(view: View) -> Iterator[Fault]:
    """GB200 racks have driver 580.126.20 or newer.

    Earlier ones fail peer-to-peer over the NVLink domain.

    Source: https://github.com/NVIDIA/aicr/issues/668
    """
    software = view.spec.software
    racks = [pool for pool in view.nvidia_pools if pool.machine.nvswitch == "rack"]
    old = software.driver_version and version_order(software.driver_version) < version_order("580.126.20")
    if racks and (old or software.driver_branch < CUDA_13_BRANCH):
        have = software.driver_version or f"branch {software.driver_branch}"
        summary = f"{racks[0].machine.name} needs driver 580.126.20, the spec has {have}"
        where = "driver_version" if software.driver_version else "driver"
        yield Fault(("software", where), summary, "use r580-open and leave driver_version out")


@rule("RW-SW-035")
def packages_leave_the_driver_alone(view: View) -> Iterator[Fault]:
    """Further packages hold no driver.

    A second driver package replaces the locked one, and kernel module and libraries no longer agree.

    Source: https://github.com/NVIDIA/gpu-operator/issues/583; https://github.com/dell/omnia/issues/2614
    """
    for index, name in enumerate(view.spec.software.packages):
        if _DRIVER_PACKAGES.match(name):
            yield Fault(("software", "packages", index), f"'{name}' brings a driver of its own", "remove it")
