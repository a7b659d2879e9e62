"""GPUs that are divided: vGPU, MIG, time slices; and confidential ones."""

from __future__ import annotations

from collections.abc import Iterator

from rackwright.catalog.gpus import arrange, mig_parts
from rackwright.preflight.rule import Fault, Severity, rule
from rackwright.preflight.view import View
from rackwright.spec.places import Path

MOST_INSTANCES = 7
"""MIG instances on one GPU."""

FAST_GBPS = 400
"""Our line: from here on a pool is for jobs over several nodes."""


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


@rule("RW-SW-023")
def mig_profile_exists(view: View) -> Iterator[Fault]:
    """MIG profiles exist for the GPU.

    `3g.40gb` is one of H100-80GB; H200 calls it `3g.71gb`, and A10G and L40S have no MIG at all.

    Source: https://docs.nvidia.com/datacenter/tesla/mig-user-guide/supported-mig-profiles.html
    """
    for pool in view.nvidia_pools:
        known = {profile.name for profile in pool.gpu.mig} if pool.gpu else set()
        for _, name in mig_parts(pool.spec.mig_layout):
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
        gpu, parts = pool.gpu, mig_parts(pool.spec.mig_layout)
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
