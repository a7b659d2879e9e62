"""The driver's kernel module: its name, parameters, the modules beside it, and where it comes from for each kernel."""

from __future__ import annotations

from dataclasses import dataclass

from rackwright.design.model import Design
from rackwright.lock.model import Lock

GDRCOPY = "gdrcopy"
"""Its module is compiled against the driver's source, which a node with precompiled modules has not."""
_LOADED_WITH = {GDRCOPY: "gdrdrv", "gpudirect-storage": "nvidia_fs"}
"""Product of the lock -> module that is loaded beside the driver's."""


@dataclass(frozen=True, slots=True)
class KernelPackages:
    """What a kernel needs before the driver works on it."""

    prefix: str
    """Name of the package without the kernel's release, which follows it; empty where the node has no kernel."""
    compiles: bool
    """Whether DKMS compiles the module once the package (the kernel's headers) is there."""


def module_name(design: Design, lock: Lock) -> str:
    """Name of the kernel module: Debian's package renames it so that two branches can be installed side by side."""
    own = any(one.role == "gpu_driver" and one.source == "nvidia" for one in lock.packages.values())
    if lock.os.distribution != "debian" or own:
        return "nvidia"
    return "nvidia-current-open" if design.driver_module == "open" else "nvidia-current"


def module_options(design: Design) -> dict[str, int | str]:
    """Parameters of the module; what the spec names stands last and wins.

    Counters for all users were a way to spy on neighbours: NVIDIA bulletin 4738. Firmware is only named for the closed
    module: the open one does not work without it.
    Source: /usr/share/doc/nvidia-driver/README, chapters "GSP Firmware" and "Configuring Power Management Support".
    """
    options: dict[str, int | str] = {
        "NVreg_RestrictProfilingToAdminUsers": int(design.software.profiling == "admins"),
        "NVreg_PreserveVideoMemoryAllocations": 0,
    }
    if design.driver_module == "closed":
        options["NVreg_EnableGpuFirmware"] = int(design.software.gsp)
    return {**options, **design.software.module_options}


def modules_at_boot(design: Design, lock: Lock) -> list[str]:
    """Modules that are loaded at boot. nvidia_peermem only where the lock chose it: dma-buf needs none."""
    peermem = ["nvidia_peermem"] if lock.software.get("gpudirect") == "peermem" else []
    compiles = kernel_packages(design, lock).compiles
    products = [product for product in _LOADED_WITH if product in lock.software and (compiles or product != GDRCOPY)]
    beside = [_LOADED_WITH[product] for product in products]
    return [module_name(design, lock), "nvidia-uvm", *peermem, *beside]


def kernel_packages(design: Design, lock: Lock) -> KernelPackages:
    """Package that the running and the next kernel each need.

    Precompiled modules are those that Ubuntu builds and signs for its own kernels.
    Source: https://documentation.ubuntu.com/server/how-to/graphics/install-nvidia-drivers/, read 2026-11-21.
    """
    if design.target == "local":
        return KernelPackages("", compiles=False)
    if design.software.kernel_module == "dkms" or lock.os.distribution != "ubuntu":
        return KernelPackages("kernel-devel-" if lock.os.distribution == "rocky" else "linux-headers-", compiles=True)
    kind = "-open" if design.driver_module == "open" else ""
    return KernelPackages(f"linux-modules-nvidia-{design.driver_branch}-server{kind}-", compiles=False)


def driver_release(lock: Lock) -> str:
    """Release of the driver (``580.173.02``); an empty text when the lock has none."""
    return lock.software.get("driver", "")
