"""What the nodes are given of software beside exact versions, which are the lock's. Values only.

`node_software` decides them; the variables of the GPU and container roles only read them.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

PackageSource = Literal["nvidia", "distribution", "mirror"]
ComputeMode = Literal["default", "exclusive-process", "prohibited"]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class GpuSettings(_Model):
    """How every GPU of a pool is set."""

    vgpu: str | None = None
    """vGPU type of the guest (``h100-40c``); None on a machine that has whole GPUs."""
    ecc: bool = True
    power_limit_w: int | None = None
    """None leaves the board's own limit."""
    compute_mode: ComputeMode = "default"
    graphics_clock_mhz: int | None = None
    memory_clock_mhz: int | None = None


class NgcArchive(_Model):
    """NGC's command line."""

    version: str
    sha256: str


class NodeSoftware(_Model):
    """The same for all nodes."""

    system: str = "debian-13"
    """Operating system in the spec's word (`rackwright.catalog.operating_systems.SYSTEMS`)."""
    package_source: PackageSource = "nvidia"
    mirror: str | None = None
    """Address of the mirror, where packages and images come from one."""
    mirror_key: str | None = None
    """Public key of its packages, in ASCII armour; None where the machine image has it."""
    kernel_module: Literal["dkms", "precompiled"] = "dkms"
    profiling: Literal["admins", "all"] = "admins"
    gsp: bool = True
    module_options: dict[str, int | str] = {}
    persistence: bool = True
    containers: Literal["containerd", "docker", "none"] = "containerd"
    cdi: bool = True
    podman: bool = False
    signature_keys: dict[str, str] = {}
    """Registry or repository -> public key in PEM."""
    ngc_secret: str | None = None
    """Name of the secret with the key of NGC; the key itself is nowhere in the design."""
    ngc_cli: NgcArchive | None = None
    licence_server: str | None = None
    imex_owner: Literal["host", "kubernetes"] = "host"
    """Who starts IMEX: the node, or Kubernetes for each workload (compute domains)."""
