"""Drivers, CUDA, container images, GPU division, licences."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rackwright.catalog.gpus import arrange
from rackwright.catalog.security import load_floors
from rackwright.catalog.software import load_software
from rackwright.catalog.version import version_order
from rackwright.preflight.rule import Fault, Severity, rule
from rackwright.preflight.view import PoolView, View
from rackwright.spec.places import Path

CUDA_13_BRANCH = 580
MOST_INSTANCES = 7
"""MIG instances on one GPU."""
FAST_GBPS = 400
"""Our line: from here on a pool is for jobs over several nodes."""

CUDA_BRANCH = {"11": 450, "12.0": 525, "12.1": 525, "12.2": 525, "12.3": 525, "12.4": 525, "12": 525, "13": 580}
"""First driver branch that runs a CUDA release (minor-version compatibility within a major release).
Source: https://docs.nvidia.com/deploy/cuda-compatibility/minor-version-compatibility.html, read 2026-11-21."""
FRAMEWORKS = ("pytorch", "tensorflow", "jax", "tritonserver", "nemo", "tensorrt")
_IMAGE = re.compile(r"^(?P<repo>[a-z0-9.-]+(:\d+)?(/[a-z0-9._-]+)+)(:(?P<tag>[\w][\w.-]*))?(@sha256:[0-9a-f]{64})?$")
_VERSIONS = (
    *("driver_version", "fabric_manager", "imex", "nccl", "efa_installer", "aws_ofi_nccl", "doca", "dcgm", "kernel"),
    "container_toolkit",
)
_DRIVER_PACKAGES = re.compile(
    r"^(nvidia-(driver|open|kernel|dkms|utils|headless)|cuda-drivers|nvidia-fabric|libnvidia)"
)


def _loads_driver(view: View) -> bool:
    """Whether a driver is really loaded somewhere; the local cloud has no GPU to load it for."""
    return view.spec.target.kind != "local" and bool(view.nvidia_pools)


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
    if _loads_driver(view) and ended and ended < view.today:
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


@rule("RW-SW-017")
def images_are_named_exactly(view: View) -> Iterator[Fault]:
    """Images have a tag, and not ``latest``.

    What a floating tag means changes between two nodes of one job.

    Source: https://github.com/aws-samples/awsome-distributed-training/issues/448; CIS Docker Benchmark 4.2
    """
    for index, image in enumerate(view.spec.software.ngc):
        match = _IMAGE.match(image)
        pinned = "@sha256:" in image
        if match and not pinned and match["tag"] in {None, "latest", "stable", "nightly"}:
            where: Path = ("software", "ngc", index)
            yield Fault(where, f"'{image}' floats", "write a release: nvcr.io/nvidia/pytorch:25.10-py3")


@rule("RW-SW-018")
def images_are_references(view: View) -> Iterator[Fault]:
    """Images are full references with a registry.

    Without one, containerd looks at docker.io and finds nothing, or somebody else's image.

    Source: https://github.com/opencontainers/distribution-spec/blob/main/spec.md (pulling manifests)
    """
    for index, image in enumerate(view.spec.software.ngc):
        match = _IMAGE.match(image)
        if match is None or "." not in match["repo"].partition("/")[0]:
            yield Fault(("software", "ngc", index), f"'{image}' names no registry", "write nvcr.io/nvidia/…:<tag>")


@rule("RW-SW-019")
def images_fit_the_driver(view: View) -> Iterator[Fault]:
    """Framework images run on the driver.

    Releases from 25.08 on hold CUDA 13 and need branch 580; from 25.01 on CUDA 12.8 and 570 (or 535 with the
    compatibility package).

    Source: https://docs.nvidia.com/deeplearning/frameworks/support-matrix/index.html
    """
    branch = view.spec.software.driver_branch
    for index, image in enumerate(view.spec.software.ngc):
        release = re.search(r":(\d{2}\.\d{2})-", image)
        if release and any(name in image for name in FRAMEWORKS):
            needed = CUDA_13_BRANCH if release[1] >= "25.08" else 535
            if branch < needed:
                summary = f"'{image}' needs driver {needed}, the spec has {branch}"
                yield Fault(("software", "ngc", index), summary, f"use r{needed}-open, or an older release")


@rule("RW-SW-020")
def licensed_images_are_licensed(view: View) -> Iterator[Fault]:
    """Images of NVIDIA AI Enterprise and NIM go with a licence.

    Source: https://docs.nvidia.com/ai-enterprise/latest/licensing-guide/; https://docs.nvidia.com/nim/
    """
    for index, image in enumerate(view.spec.software.ngc):
        paid = image.startswith(("nvcr.io/nim/", "nvcr.io/nvaie/", "nvcr.io/nvidia/nim"))
        if paid and "ai-enterprise" not in view.spec.software.licences:
            hint = "add ai-enterprise to software.licences"
            yield Fault(("software", "ngc", index), f"'{image}' needs an AI Enterprise licence", hint)


@rule("RW-SW-021")
def virtual_gpus_are_licensed(view: View) -> Iterator[Fault]:
    """VGPU goes with a licence and a licence server.

    Unlicensed, a vGPU runs at full speed for twenty minutes and then at three frames a second.

    Source: https://docs.nvidia.com/vgpu/latest/grid-licensing-user-guide/
    """
    software = view.spec.software
    for name, pool in view.spec.pools.items():
        licensed = {"vgpu", "ai-enterprise"} & set(software.licences)
        if pool.gpus.vgpu and not (licensed and software.licence_server):
            where: Path = ("pools", name, "gpus", "vgpu")
            yield Fault(where, "vGPU without licence or licence_server", "add licences: [vgpu] and licence_server")


@rule("RW-SW-022")
def virtual_gpu_exists(view: View) -> Iterator[Fault]:
    """The vGPU type exists for the GPU.

    Source: https://docs.nvidia.com/vgpu/latest/grid-vgpu-user-guide/ (virtual GPU types)
    """
    for pool in view.nvidia_pools:
        kind = pool.spec.gpus.vgpu
        if kind and pool.gpu and kind.rpartition("-")[2] not in pool.gpu.vgpu:
            known = ", ".join(pool.gpu.vgpu) or "none"
            summary = f"'{kind}' does not exist for {pool.gpu.title}; sizes: {known}"
            yield Fault(pool.path("gpus", "vgpu"), summary, f"for example {pool.gpu.gres_type}-40c")


def _mig(pool: PoolView) -> list[tuple[int, str]]:
    """Counts and profiles of a MIG layout; one profile alone stands for as many as fit."""
    found = []
    for part in pool.spec.mig_layout.split("+"):
        count, times, profile = part.strip().partition("x")
        found.append((int(count), profile) if times and count.isdigit() else (0, part.strip()))
    return [] if pool.spec.mig_layout == "none" else found


@rule("RW-SW-023")
def mig_profile_exists(view: View) -> Iterator[Fault]:
    """MIG profiles exist for the GPU.

    `3g.40gb` is one of H100-80GB; H200 calls it `3g.71gb`, and A10G and L40S have no MIG at all.

    Source: https://docs.nvidia.com/datacenter/tesla/mig-user-guide/supported-mig-profiles.html
    """
    for pool in view.nvidia_pools:
        known = {profile.name for profile in pool.gpu.mig} if pool.gpu else set()
        for _, name in _mig(pool):
            if name not in known:
                title = pool.gpu.title if pool.gpu else pool.machine.name
                listed = ", ".join(sorted(known)) or "none"
                where = pool.path("mig" if pool.spec.mig != "none" else "gpus")
                yield Fault(where, f"{title} has no MIG profile '{name}'", f"profiles: {listed}")


@rule("RW-SW-024")
def mig_layout_fits(view: View) -> Iterator[Fault]:
    """A MIG layout fits one GPU.

    Seven compute slices and eight memory slices are there, and an instance starts at certain slices only; mig-parted
    refuses more and leaves the node drained.

    Source: https://docs.nvidia.com/datacenter/tesla/mig-user-guide/; https://github.com/NVIDIA/mig-parted
    """
    for pool in view.nvidia_pools:
        gpu, parts = pool.gpu, _mig(pool)
        known = {profile.name for profile in gpu.mig} if gpu else set()
        if gpu is None or any(name not in known for _, name in parts):
            continue
        many = any(count > MOST_INSTANCES for count, _ in parts)
        if many or arrange(gpu, [name for count, name in parts for _ in range(count)]) is None:
            where = pool.path("mig" if pool.spec.mig != "none" else "gpus")
            yield Fault(where, f"'{pool.spec.mig_layout}' does not fit one {gpu.title}", "fewer or smaller instances")


@rule("RW-SW-025", Severity.WARNING)
def mig_is_not_for_large_jobs(view: View) -> Iterator[Fault]:
    """Pools for jobs over several nodes do not divide their GPUs.

    MIG instances have no NVLink and no peer-to-peer: NCCL falls back to host memory.

    Source: https://docs.nvidia.com/datacenter/tesla/mig-user-guide/ (application considerations)
    """
    for pool in view.efa_pools:
        if pool.spec.mig_layout != "none" and pool.most > 1 and pool.machine.efa_gbps >= FAST_GBPS:
            where = pool.path("mig" if pool.spec.mig != "none" else "gpus")
            yield Fault(where, f"MIG on {pool.most} nodes that share a fabric", "keep MIG for inference pools")


@rule("RW-SW-026")
def coherent_memory_is_whole(view: View) -> Iterator[Fault]:
    """GPUs of GB200 and GB300 racks are neither divided by MIG nor virtual.

    In coherent driver-based memory mode (CDMM), which racks use, neither is supported.

    Source: https://docs.nvidia.com/datacenter/tesla/ (CDMM); aws-samples awsome-distributed-training, gb200 README
    """
    for pool in view.nvidia_pools:
        divided = pool.spec.mig_layout != "none" or pool.spec.gpus.vgpu
        if pool.machine.nvswitch == "rack" and divided:
            summary = f"{pool.machine.name} cannot divide its GPUs"
            yield Fault(pool.path("mig" if pool.spec.mig != "none" else "gpus"), summary, "use mig: none and no vgpu")


@rule("RW-SW-027")
def gpu_is_divided_one_way(view: View) -> Iterator[Fault]:
    """A GPU is divided by one of vGPU, time slices and MPS.

    The device plug-in refuses time slices and MPS together; vGPU belongs to the hypervisor.

    Source: https://github.com/NVIDIA/k8s-device-plugin#shared-access-to-gpus
    """
    for name, pool in view.spec.pools.items():
        ways = [pool.gpus.vgpu is not None, pool.gpus.time_slices > 1, pool.gpus.mps]
        if sum(ways) > 1:
            yield Fault(("pools", name, "gpus"), "several of vgpu, time_slices and mps", "keep one")


@rule("RW-SW-028")
def confidential_mode_exists(view: View) -> Iterator[Fault]:
    """Confidential computing is asked for where GPU and site have it.

    It needs a GPU with the mode (Hopper, Blackwell) in a machine whose processor encrypts guests; AWS offers none.

    Source: https://docs.nvidia.com/confidential-computing/
    """
    for pool in view.nvidia_pools:
        if pool.spec.gpus.confidential and (view.on_aws or not (pool.gpu and pool.gpu.confidential)):
            title = pool.gpu.title if pool.gpu else pool.machine.name
            where = pool.path("gpus", "confidential")
            yield Fault(where, f"{title} on target {view.spec.target.kind} has no confidential mode", "set it to false")


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
    if _loads_driver(view) and not view.spec.software.persistence:
        yield Fault(("software", "persistence"), "persistence is false", "set it to true")


@rule("RW-SW-032")
def images_have_a_runtime(view: View) -> Iterator[Fault]:
    """Images go with a container runtime.

    Source: our own model: images are pulled by the runtime on each node
    """
    if view.spec.software.ngc and view.spec.software.containers == "none":
        count = len(view.spec.software.ngc)
        yield Fault(("software", "containers"), f"{count} images and no container runtime", "use containerd")


@rule("RW-SW-033", Severity.WARNING)
def containers_keep_their_gpus(view: View) -> Iterator[Fault]:
    """GPUs enter containers by the device interface (CDI).

    Otherwise containers lose them at any `systemctl daemon-reload`, in the middle of a job.

    Source: https://github.com/NVIDIA/nvidia-container-toolkit/issues/48, issue 1227
    """
    if view.nvidia_pools and view.spec.software.containers != "none" and not view.spec.software.cdi:
        yield Fault(("software", "cdi"), "cdi is false", "set it to true")


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


@rule("RW-SW-036", Severity.INFO)
def software_is_locked(view: View) -> Iterator[Fault]:
    """The stack has a lock.

    Until then two runs may install two things.

    Source: https://github.com/stackhpc/ansible-slurm-appliance/pull/1032 (a moved repository broke the image build)
    """
    if view.lock is None and view.spec.target.kind != "local":
        yield Fault(("software",), "the stack has no lock; versions float", "run './rw lock'")


@rule("RW-SW-037")
def lock_is_for_the_system(view: View) -> Iterator[Fault]:
    """The lock is for the operating system of the spec.

    Source: our own model: package names and versions differ by distribution
    """
    names = {"debian-13": "debian", "ubuntu-22.04": "ubuntu", "ubuntu-24.04": "ubuntu", "rocky-9": "rocky"}
    system = view.spec.software.os
    if view.lock and system and names.get(system) != view.lock.os.distribution:
        summary = f"the lock is for {view.lock.os.distribution} {view.lock.os.release}, the spec asks for {system}"
        yield Fault(("software", "os"), summary, "run './rw lock'")


@rule("RW-SW-038")
def lock_is_of_the_branch(view: View) -> Iterator[Fault]:
    """The locked driver is of the branch of the spec.

    Source: our own model: the lock answers the spec's wishes
    """
    branch = str(view.spec.software.driver_branch)
    packages = view.lock.packages if view.lock else {}
    drivers = [p.version for name, p in packages.items() if name.startswith(("nvidia-driver", "libcuda1"))]
    for version in drivers:
        if not version.partition(":")[2].startswith(branch) and not version.startswith(branch):
            yield Fault(
                ("software", "driver"), f"the lock holds {version}, the spec asks for {branch}", "run './rw lock'"
            )
            return


@rule("RW-SW-039")
def lock_holds_the_images(view: View) -> Iterator[Fault]:
    """Every image of the spec is in the lock, with its digest.

    Source: NIST SP 800-53 SI-7; https://slsa.dev/spec/v1.0/ (pinned by digest)
    """
    for index, image in enumerate(view.spec.software.ngc if view.lock else ()):
        if view.lock and image not in view.lock.images and "@sha256:" not in image:
            yield Fault(("software", "ngc", index), f"'{image}' is not in the lock", "run './rw lock'")


@rule("RW-SW-040")
def lock_has_no_stand_ins(view: View) -> Iterator[Fault]:
    """A cluster that is not the rehearsal has real images.

    Source: our own model: the rehearsal's registry serves small stand-ins under the real names
    """
    if view.lock is None or view.spec.target.kind == "local":
        return
    for index, image in enumerate(view.spec.software.ngc):
        if image in view.lock.images and view.lock.images[image].stand_in:
            yield Fault(("software", "ngc", index), f"the lock has a stand-in for '{image}'", "run './rw lock'")


@rule("RW-SW-041")
def locked_drivers_agree(view: View) -> Iterator[Fault]:
    """Driver, fabric manager and IMEX are locked at one release.

    Source: https://github.com/NVIDIA/gpu-operator/issues/544
    """
    packages = view.lock.packages if view.lock else {}
    wanted = ("nvidia-fabricmanager", "nvidia-fabric-manager", "nvidia-imex", "libnvidia-nscq", "nvidia-driver")
    releases = {_release(p.version) for name, p in packages.items() if name.startswith(wanted)}
    if len(releases) > 1:
        yield Fault(("software",), f"the lock mixes {', '.join(sorted(releases))}", "run './rw lock'")


def _release(version: str) -> str:
    """Upstream part of a package's version: ``580.159.03`` of ``1:580.159.03-1ubuntu1``."""
    return version.rpartition(":")[2].partition("-")[0]


@rule("RW-SW-042")
def locked_packages_are_safe(view: View) -> Iterator[Fault]:
    """Locked container toolkit and DCGM have the fixes of NVIDIA's bulletins.

    Source: https://www.nvidia.com/en-us/security/ (bulletins 5850, 5857)
    """
    names = {"nvidia-container-toolkit": "container-toolkit", "datacenter-gpu-manager": "dcgm"}
    floors = load_floors()
    for name, package in view.lock.packages.items() if view.lock and _loads_driver(view) else ():
        product = names.get(name)
        release = _release(package.version)
        fix = floors.floor(product, release, view.today) if product else None
        if fix and version_order(release) < version_order(fix.fixed):
            yield Fault(
                ("software",), f"the lock holds {name} {release}, safe is {fix.fixed}", "run './rw lock --upgrade'"
            )
