"""From the spec to what the nodes are given of software, and to how GPUs are set."""

from __future__ import annotations

from rackwright.catalog.operating_systems import system_of
from rackwright.design.node_model import GpuSettings, NgcArchive, NodeSoftware, PackageSource
from rackwright.spec.cluster import ClusterSpec
from rackwright.spec.pools import PoolSpec


def node_software(spec: ClusterSpec) -> NodeSoftware:
    """The choices of `spec` that hold for all nodes."""
    software = spec.software
    return NodeSoftware(
        system=system_of(software.os, spec.target.kind).name,
        package_source=package_source(spec),
        mirror=software.mirror,
        mirror_key=software.mirror_key,
        kernel_module=software.kernel_module,
        profiling=software.profiling,
        gsp=software.gsp,
        module_options=dict(sorted(software.module_options.items())),
        persistence=software.persistence,
        containers=software.containers,
        cdi=software.cdi,
        podman=software.podman,
        signature_keys=dict(sorted(software.signature_keys.items())),
        ngc_secret=software.ngc_secret,
        ngc_cli=NgcArchive(**software.ngc_cli.model_dump()) if software.ngc_cli else None,
        licence_server=software.licence_server,
        imex_owner="kubernetes" if spec.kubernetes and spec.kubernetes.dra else "host",
    )


def package_source(spec: ClusterSpec) -> PackageSource:
    """Where NVIDIA's packages come from: as asked, the mirror where there is one, the distribution in a rehearsal."""
    if spec.software.packages_from:
        return spec.software.packages_from
    if spec.target.kind == "local":
        return "distribution"
    return "mirror" if spec.software.mirror else "nvidia"


def gpu_settings(spec: ClusterSpec, pool: PoolSpec) -> GpuSettings:
    """Settings of the GPUs of `pool`; the cluster's power limit holds where the pool has none."""
    wanted = pool.gpus
    return GpuSettings(
        vgpu=wanted.vgpu,
        ecc=wanted.ecc,
        power_limit_w=wanted.power_limit or spec.power.gpu_limit,
        compute_mode=wanted.compute_mode,
        graphics_clock_mhz=wanted.graphics_clock,
        memory_clock_mhz=wanted.memory_clock,
    )
