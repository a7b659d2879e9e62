"""What a design wants of its software: the adapter between the design and the version resolver."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import TypeAdapter

from rackwright.catalog import Catalog, load_catalog
from rackwright.catalog.operating_systems import SYSTEMS
from rackwright.catalog.software import SNAPSHOTS, WITH_NVIDIA, System, load_snapshots, load_software, upstream
from rackwright.design.gpu_roles import NVIDIA_HAS
from rackwright.design.model import Design
from rackwright.diagnostics import InputError
from rackwright.lock.model import Image
from rackwright.lock.wants import Wants
from rackwright.spec.scheduler import KubernetesSpec, Slurm
from rackwright.spec.software import SoftwareSpec

_SYSTEM: TypeAdapter[System] = TypeAdapter(System)

SchedulerKind = Literal["slurm", "kubernetes"]

Wishes = dict[str, tuple[str, str]]
"""Product -> condition and the key of the spec that it comes from."""

_EXACT = {
    "driver": "driver_version",
    "fabric-manager": "fabric_manager",
    "imex": "imex",
    "nccl": "nccl",
    "efa-installer": "efa_installer",
    "aws-ofi-nccl": "aws_ofi_nccl",
    "doca-ofed": "doca",
    "dcgm": "dcgm",
    "container-toolkit": "container_toolkit",
}
"""Product -> key of the spec that can name its exact release."""


def wants_of(
    design: Design,
    software: SoftwareSpec,
    known_images: Mapping[str, Image] | None = None,
    *,
    slurm: Slurm | None = None,
    kubernetes: KubernetesSpec | None = None,
) -> Wants:
    """What the cluster of `design` wants, whose spec says `software`, `slurm` and `kubernetes`.

    `known_images` are those of the lock before this one: their digests stay.

    On the local cloud the distribution's packages stand in for those of the vendor, which it cannot have: a driver
    branch or CUDA release that the spec leaves at its default is whatever the distribution offers, and nothing is asked
    of a fabric that does not exist.
    """
    schedulers = _schedulers(design, slurm, kubernetes)
    catalog = load_catalog()
    on_real = design.target != "local"
    wished = _vendor_wishes(design, software) if on_real else _local_wishes(software, catalog_system(design))
    wished |= _scheduler_wishes(software, slurm, kubernetes, schedulers) if on_real else {}
    wished |= _kernel_wish(software, design.software.system)
    wished |= _tool_wishes(design, software) if on_real else {}
    return Wants(
        system=catalog_system(design),
        target=design.target,
        architectures=_architectures(design),
        gpus=_gpus(design, catalog),
        nvswitch=_nvswitches(design, catalog) if on_real else ("none",),
        fabrics=(design.fabric.kind,) if design.fabric.kind != "none" and on_real else (),
        schedulers=schedulers,
        software={product: condition for product, (condition, _) in wished.items()},
        named_in={product: key for product, (_, key) in wished.items()},
        packages=software.packages,
        images=software.ngc,
        known_images=dict(known_images or {}),
        hold=software.hold,
        supported_only=on_real,
        notes={} if on_real else _stand_ins(software),
    )


def catalog_system(design: Design) -> System:
    """What the packages of `design` are chosen from, in the software catalog's word.

    Raises `InputError` where the distribution shall give what only NVIDIA's repository has.
    """
    system, source = SYSTEMS[design.software.system], design.software.package_source
    own = system.catalog in SNAPSHOTS
    if source == "distribution" and not own and design.target != "local":
        raise InputError(
            f"{system.name} packages none of NVIDIA's software, and packages_from is distribution",
            where="software.packages_from",
            hint="use nvidia or mirror, or os: debian-13",
        )
    is_nvidias = own and source != "distribution" and design.target != "local"
    word = system.catalog + (WITH_NVIDIA if is_nvidias else "")
    return _SYSTEM.validate_python(word)


def _architectures(design: Design) -> tuple[Literal["x86_64", "arm64"], ...]:
    """Architectures of the GPU nodes, which get what exists for one only; of all nodes where none has a GPU."""
    pools = [pool for pool in design.pools if pool.gpus] or design.pools
    return tuple(sorted({pool.architecture for pool in pools}))


def _gpus(design: Design, catalog: Catalog) -> tuple[str, ...]:
    models = {pool.gpu_model for pool in design.pools if pool.gpus and pool.gpu_model is not None}
    return tuple(sorted(model for model in models if model in catalog.gpus))


def _nvswitches(design: Design, catalog: Catalog) -> tuple[str, ...]:
    machines = {pool.machine for pool in design.pools if pool.gpus and pool.gpu_model in catalog.gpus}
    return tuple(sorted({catalog.machine(name).nvswitch for name in machines}))


def _vendor_wishes(design: Design, software: SoftwareSpec) -> Wishes:
    with_gpus = any(pool.gpus for pool in design.pools)
    wished: Wishes = {}
    if with_gpus:
        wished |= _gpu_wishes(design, software)
    if software.containers != "none":
        wished["containerd"] = ("present", "software.containers")
    if software.containers == "docker":
        wished["docker"] = ("present", "software.containers")
    if with_gpus and software.containers != "none":
        wished["container-toolkit"] = ("present", "software.containers")
    for product, key in _EXACT.items():
        if version := getattr(software, key):
            wished[product] = (f"=={version}", f"software.{key}")
    return wished


def _schedulers(design: Design, slurm: Slurm | None, kubernetes: KubernetesSpec | None) -> tuple[SchedulerKind, ...]:
    kinds: set[SchedulerKind] = {design.scheduler.kind} if design.scheduler.kind != "none" else set()
    if slurm is not None:
        kinds.add("slurm")
    if kubernetes is not None:
        kinds.add("kubernetes")
    return tuple(sorted(kinds))


def _scheduler_wishes(
    software: SoftwareSpec,
    slurm: Slurm | None,
    kubernetes: KubernetesSpec | None,
    schedulers: tuple[SchedulerKind, ...],
) -> Wishes:
    wished: Wishes = {}
    if "slurm" in schedulers and software.containers != "none" and (slurm is None or slurm.pyxis is not False):
        wished["pyxis"] = ("present", "scheduler.pyxis")
    if slurm is not None and slurm.version:
        wished["slurm"] = (f"{slurm.version}.*", "scheduler.version")
    if kubernetes is not None:
        wished["kubernetes"] = (f"{kubernetes.version}.*", "scheduler.version")
        exact = {"gpu-operator": kubernetes.gpu_operator, "device-plugin": kubernetes.device_plugin}
        named = {"gpu-operator": "scheduler.gpu_operator", "device-plugin": "scheduler.device_plugin"}
        wished |= {product: (f"=={version}", named[product]) for product, version in exact.items() if version}
    return wished


def _kernel_wish(software: SoftwareSpec, system: str) -> Wishes:
    """The kernel where the lock holds one; elsewhere it comes with the machine image.

    The spec names it as ``uname -r`` does; the catalog knows it by the version of its source.
    """
    snapshot = load_snapshots().get(SYSTEMS[system].catalog)
    if software.kernel is None or snapshot is None:
        return {}
    headers = snapshot.packages.get(f"linux-headers-{software.kernel}")
    version = upstream(headers.version) if headers else software.kernel.partition("+")[0]
    return {"kernel": (f"=={version}", "software.kernel")}


def _gpu_wishes(design: Design, software: SoftwareSpec) -> Wishes:
    wished: Wishes = {
        "driver": (f"{software.driver_branch}.*", "software.driver"),
        "module": (software.driver_module, "software.driver"),
        "cuda": (f"{software.cuda}.*", "software.cuda"),
    }
    if design.fabric.kind == "none":
        return wished
    if software.gpudirect != "off":
        wished["gpudirect"] = (software.gpudirect, "software.gpudirect")
    if software.gdrcopy:
        wished["gdrcopy"] = ("present", "software.gdrcopy")
    if software.gpudirect_storage:
        wished["gpudirect-storage"] = ("present", "software.gpudirect_storage")
    return wished


def _tool_wishes(design: Design, software: SoftwareSpec) -> Wishes:
    """Libraries, profilers and acceptance programs that GPU nodes have beside the driver."""
    if not any(pool.gpus for pool in design.pools):
        return {}
    wished: Wishes = {}
    if any("nccl" in pool.ansible_roles for pool in design.pools):
        wished["nccl"] = (f"=={software.nccl}" if software.nccl else "present", "software.nccl")
    if any(pool.gpu_settings.vgpu for pool in design.pools):
        wished["vgpu-guest-driver"] = ("present", "pools.<pool>.gpus.vgpu")
    libraries = {"cudnn": software.cudnn, "tensorrt": software.tensorrt}
    for product, wish in libraries.items():
        if wish:
            wished[product] = (wish if wish == "present" else f"=={wish}", f"software.{product}")
    if software.profilers:
        wished["nsight-compute"] = ("present", "software.profilers")
        if "arm64" not in _architectures(design):
            wished["nsight-systems"] = ("present", "software.profilers")
    if software.acceptance_tools and design.software.system in NVIDIA_HAS["acceptance_tools"]:
        wished |= dict.fromkeys(("nccl-tests", "nvbandwidth"), ("present", "software.acceptance_tools"))
    return wished


def _local_wishes(software: SoftwareSpec, system: str) -> Wishes:
    wished: Wishes = {"cuda": ("present", "software.cuda")}
    named, module = "driver" in software.model_fields_set, load_software().products["module"]
    if named:
        wished["driver"] = (f"{software.driver_branch}.*", "software.driver")
    if named or any(
        one.version == software.driver_module and module.is_offered(one, system) for one in module.releases
    ):
        wished["module"] = (software.driver_module, "software.driver")
    if "cuda" in software.model_fields_set:
        wished["cuda"] = (f"{software.cuda}.*", "software.cuda")
    if software.containers != "none":
        wished["container-toolkit"] = ("present", "software.containers")
    return wished


def _stand_ins(software: SoftwareSpec) -> dict[str, str]:
    notes = {"driver": "the distribution's packages; no GPU is driven on the local cloud"}
    if "cuda" not in software.model_fields_set:
        notes["cuda"] = f"stands in for {software.cuda}; the distribution offers no other"
    return notes
