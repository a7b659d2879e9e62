"""Libraries beside the driver: their releases from the lock, NCCL's defaults, and what the exporter of DCGM gives."""

from __future__ import annotations

from collections.abc import Mapping

from rackwright.design.model import Design
from rackwright.lock.model import Lock

COUNTERS: tuple[tuple[str, str, str], ...] = (
    ("DCGM_FI_DEV_SM_CLOCK", "gauge", "Clock of the processors (MHz)."),
    ("DCGM_FI_DEV_MEM_CLOCK", "gauge", "Clock of the memory (MHz)."),
    ("DCGM_FI_DEV_GPU_TEMP", "gauge", "Temperature of the GPU (degrees Celsius)."),
    ("DCGM_FI_DEV_MEMORY_TEMP", "gauge", "Temperature of the memory (degrees Celsius)."),
    ("DCGM_FI_DEV_POWER_USAGE", "gauge", "Power (W)."),
    ("DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION", "counter", "Energy since the driver was loaded (mJ)."),
    ("DCGM_FI_DEV_GPU_UTIL", "gauge", "Time in which a kernel ran (percent)."),
    ("DCGM_FI_DEV_FB_USED", "gauge", "Memory in use (MiB)."),
    ("DCGM_FI_DEV_FB_FREE", "gauge", "Memory that is free (MiB)."),
    ("DCGM_FI_DEV_XID_ERRORS", "gauge", "Number of the last Xid error."),
    ("DCGM_FI_DEV_ECC_DBE_VOL_TOTAL", "counter", "Double-bit errors of memory since the boot."),
    ("DCGM_FI_DEV_ECC_SBE_VOL_TOTAL", "counter", "Single-bit errors of memory since the boot."),
    ("DCGM_FI_DEV_ROW_REMAP_FAILURE", "gauge", "Whether remapping of memory rows failed."),
    ("DCGM_FI_DEV_UNCORRECTABLE_REMAPPED_ROWS", "counter", "Rows remapped for uncorrectable errors."),
    ("DCGM_FI_DEV_PCIE_REPLAY_COUNTER", "counter", "Repeated packets on the PCIe bus."),
    ("DCGM_FI_DEV_NVLINK_BANDWIDTH_TOTAL", "counter", "Traffic on all NVLinks (field 449, MB)."),
    ("DCGM_FI_PROF_PIPE_TENSOR_ACTIVE", "gauge", "Cycles in which the tensor cores worked (ratio)."),
    ("DCGM_FI_PROF_DRAM_ACTIVE", "gauge", "Cycles in which memory moved data (ratio)."),
)
"""Field, kind and meaning. Source: https://docs.nvidia.com/datacenter/dcgm/latest/dcgm-api/dcgm-api-field-ids.html,
read 2026-11-21."""

_NO_FABRIC = "^lo,docker,veth,podman,cni"
"""Interfaces on which NCCL must not look for other nodes."""


def cuda_runtime(lock: Lock) -> str:
    """Release of the locked CUDA runtime library (``12.4``); an empty text when the lock has none."""
    version = next((package.version for name, package in lock.packages.items() if is_cuda_runtime(name)), "")
    return ".".join(version.split(".")[:2])


def is_cuda_runtime(name: str) -> bool:
    """Whether a package is the runtime library: ``libcudart12`` on Debian, ``cuda-cudart-13-0`` from NVIDIA."""
    return name.startswith(("libcudart", "cuda-cudart")) and "dev" not in name.split("-")


def library_release(product: str, lock: Lock) -> str:
    """Release of `product` in the lock; an empty text when it has none."""
    return lock.software.get(product, "")


def nccl_settings(design: Design) -> Mapping[str, str]:
    """Defaults of NCCL on every node.

    On EFA the tuner knows the machine better than NCCL's own model does; where the switches reduce (SHARP), NCCL is
    told to let them.
    Sources: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa-start-nccl.html and
    https://docs.nvidia.com/networking/display/hpcxv226/NCCL-RDMA-SHARP-Plugins, read 2026-11-21.
    """
    tuner = {"NCCL_TUNER_PLUGIN": "libnccl-ofi-tuner.so"} if design.fabric.kind == "efa" else {}
    reduced = design.fabric.kind == "infiniband" and design.subnet is not None and design.subnet.sharp
    return {"NCCL_SOCKET_IFNAME": _NO_FABRIC, **tuner, **({"NCCL_COLLNET_ENABLE": "1"} if reduced else {})}
