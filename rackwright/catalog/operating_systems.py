"""The operating systems that nodes may run, and everything that differs between them by name only. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Distribution = Literal["debian", "ubuntu", "rocky", "al2023"]


@dataclass(frozen=True, slots=True)
class NodeSystem:
    """One operating system. The names are those that others gave it."""

    name: str
    """Word of the spec: ``debian-12``."""
    distribution: Distribution
    release: str
    """As the lock and apt call it: ``bookworm``, ``24.04``."""
    nvidia: str
    """Folder of NVIDIA's package repository: ``debian12``, ``rhel9``."""
    patch_group: str
    """Systems Manager's `OperatingSystem`."""
    image_owner: str
    """Account that publishes its machine images at AWS."""
    image: str
    """Name of them, with ``{architecture}`` and ``*`` for what changes from build to build."""
    architectures: Mapping[str, str]
    """Ours -> its own word for it in `image`."""
    root_device: str
    """Name of the root disk of its images."""
    login: str
    """Account of its images that may become root without a password."""

    @property
    def catalog(self) -> str:
        """Its word in the software catalog: ``debian-bookworm``."""
        return self.name if self.distribution == "al2023" else f"{self.distribution}-{self.release}"


_DEB = {"x86_64": "amd64", "arm64": "arm64"}
_RPM = {"x86_64": "x86_64", "arm64": "aarch64"}


def _debian(number: int, code_name: str) -> NodeSystem:
    return NodeSystem(
        name=f"debian-{number}",
        distribution="debian",
        release=code_name,
        nvidia=f"debian{number}",
        patch_group="DEBIAN",
        image_owner="136693071363",
        image=f"debian-{number}-{{architecture}}-*",
        architectures=_DEB,
        root_device="/dev/xvda",
        login="admin",
    )


def _ubuntu(release: str, code_name: str) -> NodeSystem:
    return NodeSystem(
        name=f"ubuntu-{release}",
        distribution="ubuntu",
        release=release,
        nvidia=f"ubuntu{release.replace('.', '')}",
        patch_group="UBUNTU",
        image_owner="099720109477",
        image=f"ubuntu/images/hvm-ssd*/ubuntu-{code_name}-{release}-{{architecture}}-server-*",
        architectures=_DEB,
        root_device="/dev/sda1",
        login="ubuntu",
    )


_ROCKY = NodeSystem(
    name="rocky-9",
    distribution="rocky",
    release="9",
    nvidia="rhel9",
    patch_group="ROCKY_LINUX",
    image_owner="792107900819",
    image="Rocky-9-EC2-Base-9.*.{architecture}",
    architectures=_RPM,
    root_device="/dev/sda1",
    login="rocky",
)
_AMAZON = NodeSystem(
    name="al2023",
    distribution="al2023",
    release="2023",
    nvidia="amzn2023",
    patch_group="AMAZON_LINUX_2023",
    image_owner="137112412989",
    image="al2023-ami-2023.*-{architecture}",
    architectures={"x86_64": "x86_64", "arm64": "arm64"},
    root_device="/dev/xvda",
    login="ec2-user",
)

SYSTEMS: Mapping[str, NodeSystem] = {
    system.name: system
    for system in (
        _debian(12, "bookworm"),
        _debian(13, "trixie"),
        _ubuntu("22.04", "jammy"),
        _ubuntu("24.04", "noble"),
        _ROCKY,
        _AMAZON,
    )
}
"""Word of the spec -> system. Sources, read 2026-11-21: wiki.debian.org/Cloud/AmazonEC2Image,
documentation.ubuntu.com/aws (finding images), rockylinux.org/cloud-images, docs.aws.amazon.com/linux/al2023 (names);
AWS Systems Manager API Reference, "CreatePatchBaseline"; developer.download.nvidia.com/compute/cuda/repos."""

USUAL, USUAL_LOCAL = "ubuntu-24.04", "debian-13"
"""What a spec that names none gets; the machines of the local cloud are Debian's."""


def system_of(named: str | None, target: str) -> NodeSystem:
    """The system of a spec that names `named` (or None) for `target`."""
    return SYSTEMS[named or (USUAL_LOCAL if target == "local" else USUAL)]


def local_image(name: str) -> str:
    """Name of the local cloud's image of the system `name`."""
    return f"rackwright-local-{name}"


def by_release(distribution: str, release: str) -> NodeSystem:
    """The system that a lock calls `distribution` and `release`. KeyError for one that is not known."""
    return {f"{one.distribution} {one.release}": one for one in SYSTEMS.values()}[f"{distribution} {release}"]
