"""What is installed on the nodes, as wishes; the lock holds the exact versions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from rackwright.spec.base import SpecModel
from rackwright.units import GiB


class NgcCli(SpecModel):
    """NGC's command line, which comes as an archive."""

    version: Annotated[str, Field(pattern=r"^\d+\.\d+\.\d+$", examples=["4.13.0"])]
    """Release."""
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    """Digest of the archive, as NVIDIA's page of the release prints it."""


class SoftwareSpec(SpecModel):
    """Software wishes. What is left out is chosen by the resolver."""

    os: Literal["debian-12", "debian-13", "ubuntu-22.04", "ubuntu-24.04", "rocky-9", "al2023"] | None = None
    """Operating system of the nodes; None takes debian-13 on `local` and ubuntu-24.04 elsewhere."""
    driver: Annotated[str, Field(pattern=r"^r\d{3}(-open|-closed)?$", examples=["r580-open"])] = "r580-open"
    """NVIDIA driver branch and kind of kernel module."""
    driver_version: Annotated[str, Field(pattern=r"^\d{3}\.\d+(\.\d+)?$", examples=["580.159.03"])] | None = None
    """Exact driver release; None takes the newest safe one of the branch."""
    fabric_manager: str | None = None
    """Exact release of fabric manager; None takes the driver's, which is the only one that works."""
    imex: str | None = None
    """Exact release of IMEX; None takes the driver's."""
    cuda: Annotated[str, Field(pattern=r"^\d{2}\.\d$", examples=["13.0"])] = "13.0"
    """CUDA run time on the nodes."""
    nccl: str | None = None
    """NCCL release; None takes the lock's."""
    efa_installer: str | None = None
    """EFA installer release; None takes the lock's."""
    aws_ofi_nccl: str | None = None
    """Release of the NCCL plug-in for EFA; None takes the lock's."""
    doca: str | None = None
    """DOCA-OFED release (on-prem)."""
    dcgm: str | None = None
    """Release of DCGM; None takes the lock's."""
    kernel: str | None = None
    """Kernel release; None takes the one in the image."""
    gpudirect: Literal["dma-buf", "peermem", "off"] = "dma-buf"
    """How network cards reach GPU memory."""
    gdrcopy: bool = True
    """Fast copies of small messages from GPU memory."""
    gpudirect_storage: bool = False
    """Storage reads and writes GPU memory directly."""
    containers: Literal["containerd", "docker", "none"] = "containerd"
    """Container runtime."""
    container_toolkit: str | None = None
    """Release of the NVIDIA container toolkit; None takes the lock's."""
    cdi: bool = True
    """GPUs enter containers by the container device interface."""
    ngc: tuple[str, ...] = ()
    """Images that every GPU node holds: ``nvcr.io/nvidia/pytorch:25.10-py3``."""
    ngc_secret: str | None = None
    """Name of the secret that holds the NGC key (never the key itself)."""
    ngc_cli: NgcCli | None = None
    """NGC's command line; None installs none."""
    podman: bool = False
    """Podman, with which users run containers without root."""
    signature_keys: Mapping[str, str] = {}
    """Registry or repository -> public key (PEM) that its images must be signed with; others come by digest only."""
    packages_from: Literal["nvidia", "distribution", "mirror"] | None = None
    """Whose repositories NVIDIA's packages come from; None takes the mirror if there is one, the distribution on
    `local`, and else NVIDIA's."""
    cudnn: Annotated[str, Field(pattern=r"^(present|\d+(\.\d+)+)$", examples=["9.20.0.48"])] | None = None
    """cuDNN on the nodes, `present` or a release; None installs none, because images bring their own."""
    tensorrt: Annotated[str, Field(pattern=r"^(present|\d+(\.\d+)+)$", examples=["present"])] | None = None
    """TensorRT on the nodes, `present` or a release; None installs none."""
    profilers: bool = False
    """Nsight Systems and Nsight Compute, without their windows."""
    acceptance_tools: bool = True
    """nvbandwidth and nccl-tests, built from source on the GPU nodes; never on `local`."""
    kernel_module: Literal["dkms", "precompiled"] = "dkms"
    """Compile the driver's module on the node, or take one that NVIDIA compiled and signed for the kernel."""
    profiling: Literal["admins", "all"] = "admins"
    """Who may read the performance counters of GPUs."""
    gsp: bool = True
    """The GPU's system processor does the driver's work; the open module needs it."""
    module_options: Mapping[Annotated[str, Field(pattern=r"^NVreg_[A-Za-z0-9]+$")], int | str] = {}
    """Further parameters of the driver's module."""
    packages: tuple[str, ...] = ()
    """Further packages of the distribution."""
    hold: bool = True
    """Driver, fabric and kernel packages are held back from upgrades."""
    huge_pages: GiB | None = None
    """Memory that every node sets aside in pages of 2 MiB; None sets none aside."""
    unattended_upgrades: Literal["security", "off"] = "off"
    """What the distribution may upgrade by itself."""
    persistence: bool = True
    """Keep the driver loaded when no one uses a GPU."""
    air_gapped: bool = False
    """Everything comes from mirrors of one's own."""
    mirror: str | None = None
    """Address of the mirror (air-gapped)."""
    mirror_key: str | None = None
    """Public key that signs the mirror's packages, in ASCII armour (its `apt/key.asc`); None where the image has
    it at `/etc/apt/keyrings/rackwright-mirror.asc`."""
    licences: tuple[Literal["ai-enterprise", "vgpu", "base-command"], ...] = ()
    """NVIDIA licences that one holds."""
    licence_server: str | None = None
    """Address of the licence server (vGPU)."""

    @property
    def driver_branch(self) -> int:
        """Number of the driver branch: ``r580-open`` is 580."""
        return int(self.driver[1:4])

    @property
    def driver_module(self) -> Literal["open", "closed"]:
        """Kind of kernel module; open unless said otherwise."""
        return "closed" if self.driver.endswith("-closed") else "open"
