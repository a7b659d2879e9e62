"""Variables of the GPU roles: driver and CUDA."""

from __future__ import annotations

from collections.abc import Mapping

from rackwright.configure.variables.area import Area, Site, Variables
from rackwright.design.model import Design
from rackwright.inventory import Host
from rackwright.lock.model import Lock


def gpus_of(host: Host, design: Design) -> int:
    """GPUs that the design gives a host's pool; 0 for a pool that the design does not know."""
    return next((pool.gpus for pool in design.pools if pool.name == host.pool), 0)


def module_name(design: Design, lock: Lock) -> str:
    """Name of the kernel module: Debian renames it so that two branches can be installed side by side."""
    if lock.os.distribution != "debian":
        return "nvidia"
    return "nvidia-current-open" if design.driver_module == "open" else "nvidia-current"


def cuda_runtime(lock: Lock) -> str:
    """Release of the locked CUDA runtime library (``12.4``); an empty text when the lock has none."""
    version = next((package.version for name, package in lock.packages.items() if is_cuda_runtime(name)), "")
    return ".".join(version.split(".")[:2])


def is_cuda_runtime(name: str) -> bool:
    """Whether a package is the runtime library: ``libcudart12`` on Debian, ``cuda-cudart-13-0`` from NVIDIA."""
    return name.startswith(("libcudart", "cuda-cudart")) and not name.endswith("-dev")


def _of_groups(site: Site) -> Mapping[str, Variables]:
    return {
        "gpu_driver": {
            "gpu_driver_module_name": module_name(site.design, site.lock),
            "gpu_driver_gpu_present": not site.is_rehearsal,
        },
        "cuda": {"cuda_runtime_version": cuda_runtime(site.lock)},
    }


def _of_host(host: Host, site: Site) -> Variables:
    return {"gpu_driver_expected_gpus": gpus_of(host, site.design)}


AREA = Area(frozenset({"gpu_driver", "cuda"}), _of_groups, _of_host)
