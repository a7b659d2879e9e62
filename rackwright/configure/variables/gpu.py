"""Variables of the GPU roles: driver, services of NVLink, MIG, vGPU, DCGM, libraries, measuring programs."""

from __future__ import annotations

from collections.abc import Mapping

from rackwright.catalog import load_catalog
from rackwright.configure.gpu.archives import BUILD_PACKAGES, FOLDER, archives_of, builds
from rackwright.configure.gpu.divided import mig_devices, mig_places
from rackwright.configure.gpu.domains import channel_options, domain_addresses
from rackwright.configure.gpu.driver import (
    GDRCOPY,
    driver_release,
    kernel_packages,
    module_name,
    module_options,
    modules_at_boot,
)
from rackwright.configure.gpu.libraries import (
    COUNTERS,
    cuda_runtime,
    library_release,
    nccl_settings,
)
from rackwright.configure.gpu.repository import repository_variables
from rackwright.configure.gpu.wheels import wheel_source, wheels_of
from rackwright.configure.variables.area import Area, Site, Variables
from rackwright.design.model import Pool
from rackwright.inventory import Host
from rackwright.lock.libraries import cuda_library

ROLES = frozenset(
    {
        *("nvidia_repository", "gpu_driver", "vgpu", "fabric_manager", "imex", "mig", "dcgm"),
        *("cuda", "cudnn", "tensorrt", "nccl", "nsight", "acceptance_tools"),
    }
)

_LICENCES = {"q": 2, "c": 4, "b": 1, "a": 1}
"""Last letter of a vGPU type -> FeatureType of gridd.conf. Source: vGPU client licensing user guide, "FeatureType"."""


def _of_groups(site: Site) -> Mapping[str, Variables]:
    return {**_driver(site), **_services(site), **_libraries(site)}


def _driver(site: Site) -> dict[str, Variables]:
    kernel = kernel_packages(site.design, site.lock)
    return {
        "nvidia_repository": repository_variables(site.lock.os, _architecture(site)),
        "gpu_driver": {
            "gpu_driver_module_name": module_name(site.design, site.lock),
            "gpu_driver_release": driver_release(site.lock),
            "gpu_driver_gpu_present": not site.is_rehearsal,
            "gpu_driver_module_options": channel_options(site.design, site.lock) | module_options(site.design),
            "gpu_driver_modules_at_boot": modules_at_boot(site.design, site.lock),
            "gpu_driver_kernel_package": kernel.prefix,
            "gpu_driver_compiles": kernel.compiles,
            "gpu_driver_persistence": site.design.software.persistence,
            "gpu_driver_gdrcopy": _gdrcopy(site) if kernel.compiles else [],
        },
    }


def _gdrcopy(site: Site) -> list[dict[str, object]]:
    """Source of GDRCopy with the folder that it is built in; none where the lock has none."""
    found = archives_of("gpu_driver", site.lock, site.design.software)
    return [{**one, "folder": f"{FOLDER}/{one['name']}/{one['release']}"} for one in found if one["name"] == GDRCOPY]


def _services(site: Site) -> dict[str, Variables]:
    present = not site.is_rehearsal
    counters = [{"field": field, "kind": kind, "help": text} for field, kind, text in COUNTERS]
    return {
        "vgpu": {"vgpu_gpu_present": present},
        "fabric_manager": {
            "fabric_manager_gpu_present": present,
            "fabric_manager_release": library_release("fabric-manager", site.lock),
            "fabric_manager_subnet_manager": "nvlsm" in site.lock.software,
        },
        "imex": {"imex_gpu_present": present, "imex_owner": site.design.software.imex_owner},
        "mig": {"mig_gpu_present": present},
        "dcgm": {"dcgm_gpu_present": present, "dcgm_counters": counters},
    }


def _libraries(site: Site) -> dict[str, Variables]:
    lock = site.lock
    plugin = {"nccl_plugin": "libnccl-net"} if site.design.fabric.kind == "efa" and not site.is_rehearsal else {}
    return {
        "cuda": {"cuda_runtime_version": cuda_runtime(lock), "cuda_runtime_library": cuda_library(cuda_runtime(lock))},
        **{role: _library(role, site) for role in ("cudnn", "tensorrt")},
        "nccl": {
            "nccl_release": library_release("nccl", lock),
            "nccl_settings": dict(nccl_settings(site.design)),
            **plugin,
        },
        "nsight": {
            "nsight_compute_release": library_release("nsight-compute", lock),
            "nsight_systems_archives": archives_of("nsight", lock, site.design.software),
        },
        "acceptance_tools": {
            "acceptance_tools_archives": builds(lock, site.design.software, _capabilities(site)),
            "acceptance_tools_build_packages": BUILD_PACKAGES[lock.os.distribution],
        },
    }


def _library(role: str, site: Site) -> dict[str, object]:
    """A library that comes as a package or as wheels, for the role of its name."""
    return {
        f"{role}_release": library_release(role, site.lock),
        f"{role}_wheels": wheels_of(role, site.lock),
        f"{role}_wheels_from": wheel_source(role, site.lock, site.design.software),
    }


def _of_host(host: Host, site: Site) -> Variables:
    pool = next((pool for pool in site.design.pools if pool.name == host.pool), None)
    if pool is None or not pool.gpus:
        return {}
    return {
        "gpu_driver_expected_gpus": pool.gpus,
        "gpu_driver_settings": gpu_settings(pool),
        **({"mig_devices": mig_devices(pool), "mig_create": mig_places(pool)} if "mig" in host.roles else {}),
        **({"vgpu_feature": _licence(pool)} if "vgpu" in host.roles else {}),
        **({"imex_nodes": ",".join(domain_addresses(host, pool, site.inventory))} if "imex" in host.roles else {}),
        **({"dcgm_exporter_address": str(host.address)} if "dcgm" in host.roles else {}),
    }


def gpu_settings(pool: Pool) -> dict[str, object]:
    """How every GPU of `pool` is set; what the design leaves open is left out.

    A virtual GPU has no power limit, clocks or error correction of its own: they are its host's.
    """
    wanted = pool.gpu_settings
    if wanted.vgpu:
        return {"compute_mode": wanted.compute_mode}
    listed = {
        "compute_mode": wanted.compute_mode,
        "ecc": wanted.ecc,
        "power_limit_w": wanted.power_limit_w,
        "graphics_clock_mhz": wanted.graphics_clock_mhz,
        "memory_clock_mhz": wanted.memory_clock_mhz,
    }
    return {name: value for name, value in listed.items() if value is not None}


def _licence(pool: Pool) -> int:
    return _LICENCES.get((pool.gpu_settings.vgpu or "c")[-1], 1)


def _capabilities(site: Site) -> list[str]:
    """Compute capabilities of the cluster's GPUs."""
    gpus = load_catalog().gpus
    models = {pool.gpu_model for pool in site.design.pools}
    return sorted(gpu.compute_capability for name, gpu in gpus.items() if name in models)


def _architecture(site: Site) -> str:
    gpus = load_catalog().gpus
    found = {pool.architecture for pool in site.design.pools if pool.gpus and pool.gpu_model in gpus}
    return "arm64" if found == {"arm64"} else "x86_64"


AREA = Area(ROLES, _of_groups, _of_host)
