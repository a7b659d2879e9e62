"""Parts that only some hosts have: GPUs, containers, Slurm, a registry, Kubernetes, the subnet manager.

They stand in the host's document beside `HostFacts`, and become subjects of their own (`policies.subjects.host`).
"""

from __future__ import annotations

from typing import Any, NotRequired

from typing_extensions import TypedDict

from policies.subjects.file import File
from policies.subjects.kubernetes import Component, Kubelet


class MigInstance(TypedDict):
    """A slice of a GPU."""

    profile: str
    """``1g.10gb``"""
    tenant: NotRequired[str | None]
    """Whose it is, where the scheduler says so."""


class Gpu(TypedDict):
    """A GPU as the driver shows it."""

    uuid: str
    model: str
    ecc: bool
    mig: bool
    instances: list[MigInstance]
    computeMode: str
    """``Default``, ``Exclusive_Process`` or ``Prohibited``."""


class Gpus(TypedDict):
    """Properties of ``host:gpus``."""

    driver: str
    """``580.95.05``"""
    openModule: bool
    persistence: bool
    """The persistence daemon runs."""
    fabricManager: NotRequired[str | None]
    """Version of the running fabric manager; None where the board needs none."""
    nvswitch: bool
    """The board has NVSwitches."""
    profilingAdminOnly: bool
    """Performance counters are for root only (``RmProfilingAdminOnly``)."""
    dcgm: NotRequired[str | None]
    """Version of DCGM; None where it does not run."""
    exporterAddress: NotRequired[str | None]
    """Address that the GPU exporter listens at."""
    devices: list[Gpu]


class RegistryClient(TypedDict):
    """A registry that the container runtime knows."""

    host: str
    insecure: bool
    """Plain HTTP, or certificates are not checked."""


class Containers(TypedDict):
    """Properties of ``host:containers``: container runtime and NVIDIA container toolkit."""

    runtime: str
    """``containerd``, ``docker``, ``enroot``; several are joined by ``+``."""
    version: str
    toolkit: NotRequired[str | None]
    """Version of the NVIDIA container toolkit."""
    acceptEnvvarUnprivileged: bool
    """``accept-nvidia-visible-devices-envvar-when-unprivileged``"""
    acceptVolumeMounts: bool
    """``accept-nvidia-visible-devices-as-volume-mounts``"""
    noCgroups: bool
    """``no-cgroups``: devices are not kept apart by cgroup."""
    cudaCompatHook: bool
    """The enable-cuda-compat hook runs (the hole of CVE-2025-23266 on old toolkits)."""
    registries: list[RegistryClient]
    socketMode: str
    """Mode of the runtime's socket: ``0660``."""
    socketGroup: list[str]
    """Members of the socket's group."""
    storedCredentials: list[str]
    """Files with registry credentials in plain text; paths only."""


class Slurm(TypedDict):
    """Properties of ``slurm:cluster``: the files of one host that runs a Slurm daemon."""

    version: str
    settings: dict[str, str]
    """``slurm.conf``, keys in lower case."""
    cgroup: dict[str, str]
    """``cgroup.conf``, keys in lower case."""
    database: NotRequired[dict[str, str]]
    """``slurmdbd.conf``, keys in lower case; passwords left out."""
    files: dict[str, File]
    """Of ``munge.key``, ``slurm.key``, ``slurm.conf``, ``slurmdbd.conf``, ``slurmrestd``'s key: by file name."""
    restApiUser: NotRequired[str | None]
    """Account that slurmrestd runs as; None where it does not run."""


class Registry(TypedDict):
    """Properties of ``registry:server``: an OCI registry or package mirror that the cluster runs itself."""

    address: str
    tls: bool
    authentication: bool
    """Reading needs an account, or the network admits only nodes."""
    anonymousPush: bool
    deletion: bool
    """Images can be deleted over the API."""
    proxy: bool
    """Passes through what it does not hold."""
    upstreams: list[str]
    """Registries that it copies from."""
    byDigest: bool
    """Serves only what the lock names."""


class HostParts(TypedDict, total=False):
    """Parts of the same document that only some machines have."""

    gpus: Gpus
    containers: Containers
    slurm: Slurm
    registry: Registry
    kubelet: Kubelet
    components: list[Component]
    """Parts of the Kubernetes control plane that run here."""
    subnetManager: dict[str, Any]
    """`policies.subjects.fabric.Subnet` of a host that runs opensm."""
